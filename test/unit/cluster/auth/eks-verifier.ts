import { createHash, createHmac } from "node:crypto";

/** What the verifier knows: the cluster that it stands for, the keys that STS knows, and the time. */
export interface EksVerifier {
  readonly cluster: string;
  readonly secrets: Readonly<Record<string, { readonly secret: string; readonly session?: string }>>;
  readonly now: number;
}

const ALLOWED = new Set([
  "action",
  "version",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);
const HOST = /^sts(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

/** The access key of whoever made a token, by the rules of aws-iam-authenticator, and then by those of STS; or throws what is wrong. */
export function verifyEksToken(token: string, verifier: EksVerifier): string {
  hold(token.length <= 4096, "too large");
  hold(token.startsWith("k8s-aws-v1."), "no prefix");
  const encoded = token.slice("k8s-aws-v1.".length);
  hold(/^[\w-]+$/.test(encoded), "no base64url without padding");
  const url = new URL(Buffer.from(encoded, "base64url").toString());
  hold(url.protocol === "https:" && HOST.test(url.host) && url.pathname === "/", "not the address of STS");
  const query = queryOf(url);
  hold(query.action === "GetCallerIdentity", "another action");
  hold(query["x-amz-expires"] === "60", "another end");
  hold((query["x-amz-signedheaders"] ?? "").split(";").includes("x-k8s-aws-id"), "the cluster is not signed");
  checkTime(query["x-amz-date"] ?? "", verifier.now);
  return askSts(url, query, verifier);
}

function queryOf(url: URL): Readonly<Record<string, string>> {
  const pairs = [...url.searchParams].map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name] of pairs) hold(ALLOWED.has(name), `the parameter ${name} is not allowed`);
  hold(new Set(pairs.map(([name]) => name)).size === pairs.length, "a parameter stands twice");
  return Object.fromEntries(pairs);
}

function checkTime(date: string, now: number): void {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  hold(!Number.isNaN(at), "no date");
  hold(now <= at + 15 * 60_000 && now >= at - 5 * 60_000, "expired");
}

/** Signature Version 4, from AWS's description of it. */
function askSts(url: URL, query: Readonly<Record<string, string>>, { cluster, secrets }: EksVerifier): string {
  const [access = "", date = "", region = "", service = "", end = ""] = (query["x-amz-credential"] ?? "").split("/");
  const known = secrets[access];
  hold(known !== undefined && query["x-amz-security-token"] === known.session, "InvalidClientTokenId");
  hold(service === "sts" && end === "aws4_request" && url.host.includes(`.${region}.`), "another scope");
  const signed = query["x-amz-signedheaders"] ?? "";
  const headers: Readonly<Record<string, string>> = { host: url.host, "x-k8s-aws-id": cluster };
  const canonical = [
    "GET",
    "/",
    [...url.searchParams]
      .filter(([name]) => name !== "X-Amz-Signature")
      .map((pair) => pair.map(encode).join("="))
      .sort()
      .join("&"),
    ...signed.split(";").map((name) => `${name}:${headers[name]}`),
    "",
    signed,
    createHash("sha256").digest("hex"),
  ].join("\n");
  const scope = [date, region, service, end];
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", query["x-amz-date"], scope.join("/"), digest].join("\n");
  const key = scope.reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${known!.secret}`));
  hold(hmac(key, text).toString("hex") === query["x-amz-signature"], "SignatureDoesNotMatch");
  return access;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hold(right: boolean, problem: string): asserts right {
  if (!right) throw new Error(problem);
}
