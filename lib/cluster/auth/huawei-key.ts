import { compactDate } from "#signing/canonical";
import type { Credentials, Unsigned } from "../access.ts";
import { huaweiAuthorization } from "./huawei-signature.ts";

/** An access key of Huawei Cloud. A security token makes it a temporary one. */
export interface HuaweiKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly projectId?: string;
  readonly securityToken?: string;
}

/** Signs each request with an access key. It is not tried again after a 401: five failures lock the key for five minutes. */
export function huaweiKey(key: HuaweiKey, now: () => number = Date.now): Credentials {
  const { accessKey, securityToken } = key;
  const hidden = [accessKey, ...(securityToken === undefined ? [] : [securityToken])];
  const proof = { headers: {}, hidden, sign: (request: Unsigned) => sign(key, request, now()) };
  return { current: async () => proof, renew: () => false };
}

function sign(key: HuaweiKey, { method, host, path, body }: Unsigned, at: number): Readonly<Record<string, string>> {
  const { accessKey, secretKey, projectId, securityToken } = key;
  const added = {
    "x-sdk-date": compactDate(at),
    ...(projectId !== undefined && { "x-project-id": projectId }),
    ...(securityToken !== undefined && { "x-security-token": securityToken }),
  };
  // No other header: what a proxy may change on the way must not be part of it.
  const headers = { host, ...added };
  return { ...added, authorization: huaweiAuthorization(accessKey, secretKey, { method, path, headers, body }) };
}
