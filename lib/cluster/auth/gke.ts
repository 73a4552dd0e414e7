import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import * as z from "zod";
import { jsonOf } from "#text/json";
import type { Credentials } from "../access.ts";
import { ClusterError } from "../cluster.ts";
import { cached } from "./cached.ts";
import { accessToken, tokenForm } from "./oauth.ts";
import { askForToken, noTokenIn, type TokenService } from "./token-service.ts";

interface GkeOptions {
  /** What errors name. */
  readonly cluster: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface GkeMetadataOptions extends GkeOptions {
  /** Host and perhaps port of the metadata server. */
  readonly host: string | undefined;
}

export interface GkeKeyOptions extends GkeOptions {
  /** The JSON of a service account's key. */
  readonly key: string;
  /** The proxy, if any, on the way to an address. */
  readonly proxyFor: (address: string) => string | undefined;
}

const METADATA_HOST = "metadata.google.internal";
const METADATA_PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

/** Tokens of the service account of the machine or pod, from Google's metadata server. */
export function gkeMetadata({ cluster, host = METADATA_HOST, now = Date.now }: GkeMetadataOptions): Credentials {
  const service: TokenService = {
    cluster,
    title: "Google's metadata server",
    address: `http://${host}`,
    // It is this machine's own, and never behind a proxy.
    proxy: undefined,
    check: "give the machine or the pod a service account",
  };
  const request = { method: "GET", path: METADATA_PATH, headers: { "metadata-flavor": "Google" } } as const;
  return cached(now, async (signal) => {
    const at = now();
    const answer = await askForToken(service, request, signal);
    // Whoever else answers under that name knows nothing of this header.
    if (answer.headers["metadata-flavor"] !== "Google") throw noTokenIn(service);
    return accessToken(service, answer, at);
  });
}

const Key = z.object({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key_id: z.string().optional(),
  private_key: z.string(),
  token_uri: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""))
    .default("https://oauth2.googleapis.com/token"),
});

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
// With the second one RBAC sees the account's address; without it, a number.
const SCOPE = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email";

/** Tokens that Google gives for a service account's key: a signed claim is exchanged for one. Throws {@link ClusterError} where the key is none. */
export function gkeServiceAccount({ cluster, key: text, proxyFor, now = Date.now }: GkeKeyOptions): Credentials {
  const { key, signer } = readKey(cluster, text);
  const { origin, pathname } = new URL(key.token_uri);
  const check = "check auth.gke.serviceAccountKey, and this machine's clock";
  const service = { cluster, title: "Google's token service", address: origin, proxy: proxyFor(origin), check };
  return cached(now, async (signal) => {
    const at = now();
    const form = tokenForm(pathname, { grant_type: GRANT, assertion: assertionOf(key, signer, at) });
    return accessToken(service, await askForToken(service, form, signal), at);
  });
}

function readKey(cluster: string, text: string): { readonly key: z.infer<typeof Key>; readonly signer: KeyObject } {
  const read = Key.safeParse(jsonOf(text));
  const signer = read.success ? privateKey(read.data.private_key) : undefined;
  if (read.success && signer !== undefined) return { key: read.data, signer };
  const message = `cluster "${cluster}" needs credentials: auth.gke.serviceAccountKey is not the JSON of a service account's key`;
  throw new ClusterError("credentials", cluster, message);
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function assertionOf(key: z.infer<typeof Key>, signer: KeyObject, at: number): string {
  const iat = Math.floor(at / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(key.private_key_id !== undefined && { kid: key.private_key_id }) };
  const claim = { iss: key.client_email, scope: SCOPE, aud: key.token_uri, iat, exp: iat + 3600 };
  const text = [header, claim].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign("sha256", Buffer.from(text), signer).toString("base64url")}`;
}
