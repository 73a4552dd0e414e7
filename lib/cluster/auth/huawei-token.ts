import * as z from "zod";
import type { Credentials } from "../access.ts";
import { cached, proofUntil } from "./cached.ts";
import { askForToken, noTokenIn, type TokenService } from "./token-service.ts";

export interface HuaweiTokenOptions {
  /** What errors name. */
  readonly cluster: string;
  /** Base URL of IAM. */
  readonly endpoint: string;
  readonly proxy: string | undefined;
  /** Name of the account. */
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Name or id of the project that the token is for. */
  readonly project: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const Time = z
  .string()
  .transform(Date.parse)
  .refine((at) => !Number.isNaN(at));
const Body = z.object({ token: z.object({ expires_at: Time }) });

/** Tokens of Huawei Cloud's IAM for a user of an account, sent as X-Auth-Token. Source: support.huaweicloud.com, IAM, POST /v3/auth/tokens. */
export function huaweiToken({ now = Date.now, ...options }: HuaweiTokenOptions): Credentials {
  const { cluster, endpoint, proxy } = options;
  const check = "check domain, user, password and project of auth.huaweiToken";
  const service: TokenService = { cluster, title: "Huawei Cloud IAM", address: endpoint, proxy, check };
  const request = {
    method: "POST",
    // The catalogue of services would be 10 kB of body.
    path: "/v3/auth/tokens?nocatalog=true",
    headers: { "content-type": "application/json;charset=utf8" },
    body: JSON.stringify(bodyOf(options)),
  } as const;
  return cached(now, async (signal) => {
    const { headers, json } = await askForToken(service, request, signal);
    const token = headers["x-subject-token"];
    const body = Body.safeParse(json);
    if (typeof token !== "string" || !body.success) throw noTokenIn(service);
    return proofUntil({ headers: { "x-auth-token": token } }, body.data.token.expires_at);
  });
}

function bodyOf({ domain, user, password, project }: Omit<HuaweiTokenOptions, "now">) {
  const who = { name: user, password, domain: { name: domain } };
  const scope = { project: /^[0-9a-f]{32}$/.test(project) ? { id: project } : { name: project } };
  return { auth: { identity: { methods: ["password"], password: { user: who } }, scope } };
}
