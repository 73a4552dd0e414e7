import { createHmac } from "node:crypto";
import { canonicalQuery, encode, sha256 } from "#signing/canonical";

/** What the signature covers. Header names in lower case; `host` and `x-sdk-date` (`YYYYMMDDTHHMMSSZ`) must be among them. */
export interface ToSign {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ALGORITHM = "SDK-HMAC-SHA256";

/** The Authorization header of Huawei Cloud's API gateway. Source: support.huaweicloud.com, API Request Signing Guide. */
export function huaweiAuthorization(accessKey: string, secretKey: string, request: ToSign): string {
  const date = request.headers["x-sdk-date"] ?? "";
  const text = [ALGORITHM, date, sha256(canonicalRequest(request))].join("\n");
  const signature = createHmac("sha256", secretKey).update(text).digest("hex");
  return `${ALGORITHM} Access=${accessKey}, SignedHeaders=${namesOf(request).join(";")}, Signature=${signature}`;
}

function canonicalRequest(request: ToSign): string {
  const [path = "", query = ""] = request.path.split(/\?(.*)/s);
  const names = namesOf(request);
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(new URLSearchParams(query)),
    ...names.map((name) => `${name}:${request.headers[name]?.trim()}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
}

function namesOf({ headers }: ToSign): readonly string[] {
  return Object.keys(headers).sort();
}

// The gateway takes what it got apart and encodes it anew, always with a slash at the end.
function canonicalPath(path: string): string {
  const encoded = path.split("/").map((segment) => encode(decodeURIComponent(segment)));
  return `${encoded.join("/")}${path.endsWith("/") ? "" : "/"}`;
}
