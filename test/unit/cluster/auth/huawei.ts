import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, json } from "../../../support/http.ts";
import { pageOf } from "../open.ts";

export const USER = { domain: "acme", user: "reader", password: "pä$$ w0rd", project: "cn-north-4" };
export const KEY = { accessKey: "AKEXAMPLE0000000", secretKey: "sk+example/0123456789" };

/** The whole body of the request that is answered. */
export async function bodyOf(response: ServerResponse): Promise<string> {
  const chunks: Buffer[] = await (response.req as IncomingMessage).toArray();
  return Buffer.concat(chunks).toString();
}

interface IamOptions {
  readonly now?: () => number;
  /** Whether this time the answer is something else. */
  readonly interfere?: (response: ServerResponse, nth: number) => boolean;
}

/** IAM of Huawei Cloud: makes `token-1`, `token-2`, … for one user, for 24 hours each, and refuses whatever is not as its API says. */
export function iam({ now = Date.now, interfere = () => false }: IamOptions = {}): Answer {
  return async ({ method, path, query, headers }, response, nth) => {
    if (interfere(response, nth)) return;
    const refuse = (status: number, message: string) =>
      json(response, { error: { code: status, message, title: "no" } }, status);
    if (method !== "POST" || path !== "/v3/auth/tokens" || query.get("nocatalog") !== "true")
      return refuse(404, "no such API");
    if (!headers["content-type"]?.startsWith("application/json")) return refuse(400, "no JSON");
    const { auth } = JSON.parse(await bodyOf(response));
    const { user } = auth.identity.password;
    if (String(auth.identity.methods) !== "password") return refuse(400, "another method");
    if (user.name !== USER.user || user.domain.name !== USER.domain || user.password !== USER.password)
      return refuse(401, `The username or password is wrong: ${user.password}`);
    if (auth.scope.project.name !== USER.project && auth.scope.project.id !== "0".repeat(32))
      return refuse(404, "no such project");
    const expires_at = new Date(now() + 24 * 3_600_000).toISOString().replace("Z", "000Z");
    json(response, { token: { expires_at } }, 201, { "x-subject-token": `token-${nth}` });
  };
}

/** CCI's gateway: knows one access key, checks each signature by the signing guide, and locks the key at the fifth failure in a row. */
export function gateway(now: () => number = Date.now): Answer {
  let failures = 0;
  return async ({ method, headers }, response) => {
    const problem = failures >= 5 ? "locked" : problemOf(method, response, headers, await bodyOf(response), now());
    failures = problem === undefined ? 0 : failures + 1;
    if (problem === undefined) return json(response, pageOf(["a"]));
    json(response, { error_code: "APIGW.0301", error_msg: `${problem}: ${headers.authorization}` }, 401);
  };
}

function problemOf(
  method: string,
  { req: { url = "" } }: ServerResponse,
  headers: IncomingMessage["headers"],
  body: string,
  now: number,
): string | undefined {
  const [, access, names = "", signature] =
    /^SDK-HMAC-SHA256 Access=(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(headers.authorization ?? "") ?? [];
  const date = String(headers["x-sdk-date"]);
  const at = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..)Z$/, "$1-$2-$3:$4:$5Z"));
  if (access !== KEY.accessKey) return "the AK does not exist";
  if (!names.includes("host") || !names.includes("x-sdk-date")) return "not enough is signed";
  if (!(Math.abs(now - at) <= 15 * 60_000)) return "signature expired";
  const [path = "", query = ""] = url.split("?");
  const canonical = [
    method,
    `${path.replace(/\/$/, "")}/`,
    query.split("&").map(encodedAnew).sort().join("&"),
    ...names.split(";").map((name) => `${name}:${headers[name]}`),
    "",
    names,
    createHash("sha256").update(body).digest("hex"),
  ].join("\n");
  const text = `SDK-HMAC-SHA256\n${date}\n${createHash("sha256").update(canonical).digest("hex")}`;
  return createHmac("sha256", KEY.secretKey).update(text).digest("hex") === signature
    ? undefined
    : `verify signature fail, canonicalRequest: ${canonical}`;
}

/** A gateway takes a plus at its word, and encodes what RFC 3986 does not leave free. */
function encodedAnew(pair: string): string {
  const parts = pair.split("=").map((part) => encodeURIComponent(decodeURIComponent(part)));
  return parts.join("=").replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
