import * as z from "zod";
import { bearer, type Made } from "./cached.ts";
import { noTokenIn, type TokenAnswer, type TokenService } from "./token-service.ts";

// Azure's metadata service writes its numbers as text.
const Token = z.object({
  access_token: z.string().min(1),
  expires_in: z.union([z.number(), z.string().transform(Number)]).refine((seconds) => seconds > 0),
});

/** Reads what OAuth 2.0 and the metadata services of clouds answer. `at` is when it was asked for, in milliseconds since 1970. */
export function accessToken(service: TokenService, { json }: TokenAnswer, at: number): Made {
  const body = Token.safeParse(json);
  if (!body.success) throw noTokenIn(service);
  return bearer(body.data.access_token, at + body.data.expires_in * 1000);
}

/** A form that asks for a token. */
export function tokenForm(path: string, fields: Readonly<Record<string, string>>) {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", path, headers, body: new URLSearchParams(fields).toString() } as const;
}
