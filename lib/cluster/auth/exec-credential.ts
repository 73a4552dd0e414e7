import * as z from "zod";
import { jsonOf } from "#text/json";

const Status = z.object({
  token: z.string().min(1).nullish(),
  clientCertificateData: z.string().min(1).nullish(),
  clientKeyData: z.string().min(1).nullish(),
  expirationTimestamp: z.string().nullish(),
});
const ExecCredential = z.object({ kind: z.literal("ExecCredential"), apiVersion: z.string(), status: Status });

/** What a plugin made. `expiresAt` in milliseconds since 1970; without it the credential holds until it is refused. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  readonly expiresAt: number | undefined;
}

/** Reads a plugin's standard output; a text is what is wrong with it. Source: kubernetes.io, client-authentication.v1. */
export function readExecCredential(output: string, apiVersion: string): ExecCredential | string {
  const read = ExecCredential.safeParse(jsonOf(output));
  if (!read.success) return "printed no ExecCredential";
  if (read.data.apiVersion !== apiVersion) return `printed an ExecCredential of another version than ${apiVersion}`;
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = read.data.status;
  if ((cert == null) !== (key == null)) return "printed one of certificate and key without the other";
  if (token == null && cert == null) return "printed an ExecCredential without token and certificate";
  const expiresAt = expirationTimestamp == null ? undefined : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAt)) return "printed an expirationTimestamp that is no time";
  const certificate = cert == null || key == null ? undefined : { cert, key };
  return { token: token ?? undefined, certificate, expiresAt };
}
