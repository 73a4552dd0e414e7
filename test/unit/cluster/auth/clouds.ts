import { generateKeyPairSync, verify } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Answer, json } from "../../../support/http.ts";
import { pageOf, statusOf } from "../open.ts";
import { bodyOf } from "./huawei.ts";

const google = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PRIVATE_KEY = google.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const EMAIL = "reader@acme.iam.gserviceaccount.com";
export const APPLICATION = { tenant: "11111111-2222", clientId: "app-1", clientSecret: "s3cr3t~Q8 +&%" };
const AKS = "6dae42f8-4368-4678-94ff-3960e28e3630";

/** What an API server says to everybody but the bearer of one token. */
export const taking =
  (token: string): Answer =>
  ({ headers }, response) =>
    headers.authorization === `Bearer ${token}`
      ? json(response, pageOf(["a"]))
      : json(response, statusOf(401, "Unauthorized", `no ${headers.authorization}`), 401);

/** The JSON of a key, as Google hands it out. */
export function serviceAccountKey(tokenService: string, changes: object = {}): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "acme",
    private_key_id: "key-1",
    private_key: PRIVATE_KEY,
    client_email: EMAIL,
    token_uri: `${tokenService}/token`,
    universe_domain: "googleapis.com",
    ...changes,
  });
}

/** Google's token service: makes `google-1`, … for an assertion that is signed by the key and not older than an hour. */
export function googleTokens(now: () => number = Date.now): Answer {
  return async ({ method, path, headers }, response, nth) => {
    const form = new URLSearchParams(await bodyOf(response));
    const problem =
      method !== "POST" || path !== "/token" || headers["content-type"] !== "application/x-www-form-urlencoded"
        ? "invalid_request"
        : form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer"
          ? "unsupported_grant_type"
          : problemOfAssertion(form.get("assertion") ?? "", `http://${headers.host}/token`, now());
    if (problem === undefined)
      return json(response, { access_token: `google-${nth}`, expires_in: 3599, token_type: "Bearer" });
    json(response, { error: problem, error_description: `Invalid JWT: ${form.get("assertion")}` }, 400);
  };
}

function problemOfAssertion(assertion: string, audience: string, now: number): string | undefined {
  const [header = "", claim = "", signature = ""] = assertion.split(".");
  const [{ alg, typ, kid }, { iss, scope, aud, iat, exp }] = [header, claim].map((part) =>
    JSON.parse(Buffer.from(part, "base64url").toString()),
  );
  const isSigned = verify(
    "sha256",
    Buffer.from(`${header}.${claim}`),
    google.publicKey,
    Buffer.from(signature, "base64url"),
  );
  const scopes = ["cloud-platform", "userinfo.email"].map((name) => `https://www.googleapis.com/auth/${name}`);
  const isRight = alg === "RS256" && typ === "JWT" && kid === "key-1" && iss === EMAIL && aud === audience && isSigned;
  const isTimely = Math.abs(iat - now / 1000) < 300 && exp > iat && exp - iat <= 3600;
  if (!isRight || !isTimely) return "invalid_grant";
  return scope === scopes.join(" ") ? undefined : "invalid_scope";
}

/** Google's metadata server: a token `meta-1`, … for whoever says that he knows whom he asks. */
export const googleMetadata: Answer = ({ method, path, headers }, response, nth) => {
  const isRight = method === "GET" && path === "/computeMetadata/v1/instance/service-accounts/default/token";
  if (!isRight) return void response.writeHead(404).end();
  if (headers["metadata-flavor"] !== "Google")
    return void response.writeHead(403).end("Missing Metadata-Flavor:Google");
  const token = { access_token: `meta-${nth}`, expires_in: 3599, token_type: "Bearer" };
  json(response, token, 200, { "metadata-flavor": "Google", server: "Metadata Server for VM" });
};

/** Entra ID: a token `entra-1`, … for one application. */
export const entraId: Answer = async ({ method, path, headers }, response, nth) => {
  const form = Object.fromEntries(new URLSearchParams(await bodyOf(response)));
  const refuse = (status: number, error: string, code: number) =>
    json(
      response,
      { error, error_description: `AADSTS${code}: no ${form.client_secret}`, error_codes: [code] },
      status,
    );
  if (method !== "POST" || headers["content-type"] !== "application/x-www-form-urlencoded")
    return refuse(400, "invalid_request", 900144);
  if (path !== `/${APPLICATION.tenant}/oauth2/v2.0/token`) return refuse(400, "invalid_request", 90002);
  if (form.grant_type !== "client_credentials") return refuse(400, "unsupported_grant_type", 70003);
  if (form.scope !== `${AKS}/.default`) return refuse(400, "invalid_scope", 70011);
  if (form.client_id !== APPLICATION.clientId) return refuse(400, "unauthorized_client", 700016);
  if (form.client_secret !== APPLICATION.clientSecret) return refuse(401, "invalid_client", 7000215);
  json(response, { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: `entra-${nth}` });
};

/** The metadata service of a virtual machine of Azure, with a system-assigned identity and one of a user. */
export const azureMetadata: Answer = ({ method, path, query, headers }, response, nth) => {
  const refuse = (error: string) => json(response, { error, error_description: "no" }, 400);
  if (method !== "GET" || path !== "/metadata/identity/oauth2/token") return void response.writeHead(404).end();
  if (headers.metadata !== "true" || query.get("api-version") !== "2018-02-01") return refuse("bad_request_102");
  identity(query, response, `vm-${nth}`);
};

/** The identity service of App Service and Container Apps. */
export const azureApp: Answer = ({ query, headers }, response, nth) => {
  if (headers["x-identity-header"] !== "header-s3cr3t" || query.get("api-version") !== "2019-08-01")
    return void response.writeHead(401).end();
  identity(query, response, `app-${nth}`);
};

function identity(query: URLSearchParams, response: ServerResponse, name: string): void {
  const id = query.get("client_id");
  const problem =
    query.get("resource") !== AKS ? "invalid_resource" : id !== null && id !== "user-1" && "invalid_request";
  if (problem !== false) json(response, { error: problem }, 400);
  // Numbers as text, as Azure has them.
  else
    json(response, {
      access_token: `${name}-${id ?? "system"}`,
      expires_in: "86399",
      token_type: "Bearer",
      resource: AKS,
    });
}
