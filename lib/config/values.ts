/** Says what is wrong with a value, in words that never quote it, or nothing. */
export type Check = (value: string) => string | undefined;

/** The address of an API server, or of a service that makes tokens. */
export const checkServer: Check = (value) => {
  const url = addressOf(value);
  if (typeof url === "string") return url;
  if (url.search !== "" || url.hash !== "") return "must end with the host, the port or a path";
  return checkEncryption(url);
};

/** The address of an incoming webhook of Slack. */
export const checkSlackUrl: Check = (value) => {
  const url = addressOf(value);
  return typeof url === "string" ? url : checkEncryption(url);
};

/** The address of any other webhook: inside a cluster plain http is usual. */
export const checkWebhookUrl: Check = (value) => {
  const url = addressOf(value);
  return typeof url === "string" ? url : undefined;
};

/** A bearer token travels in a header. */
export const checkToken: Check = (value) =>
  /^[\x21-\x7e]+$/.test(value) ? undefined : "must be one word without spaces or line breaks";

/** What goes into a form, a header or a JSON text of somebody else's API. */
export const checkText: Check = (value) =>
  value.trim() === "" || /\p{Cc}/u.test(value) ? "must be one line of text" : undefined;

/** The JSON of a key that Google gave out for a service account. */
export const checkServiceAccountKey: Check = (value) =>
  value.trimStart().startsWith("{")
    ? undefined
    : "must be the JSON of a key: to read it from a file write ${file:path}";

/** The address of an HTTP proxy, perhaps with a user and a password. */
export const checkProxy: Check = (value) => {
  const url = /^https?:\/\/\S+$/i.test(value) ? URL.parse(value) : null;
  return url !== null && url.pathname === "/" && url.search === "" && url.hash === ""
    ? undefined
    : "must be the address of an HTTP proxy, http://host:port";
};

/** A certificate or a key. */
export const checkPem: Check = (value) =>
  value.includes("-----BEGIN ") ? undefined : "must be PEM text: to read it from a file write ${file:path}";

/** A signing secret as Standard Webhooks writes it, of at least the 24 bytes that it asks for. */
export const checkSigningSecret: Check = (value) => {
  const [, text = ""] = /^whsec_([A-Za-z0-9+/]+)={0,2}$/.exec(value) ?? [];
  const key = Buffer.from(text, "base64");
  // Node skips what does not fit: what comes back changed was not base64.
  if (text === "" || key.toString("base64").replace(/=+$/, "") !== text) return "must be whsec_ followed by base64";
  return key.length < 24 ? "must hold at least 24 bytes of base64 after whsec_" : undefined;
};

/** Where a file is. */
export const checkPath: Check = (value) => (value.trim() === "" ? "must be the path of a file" : undefined);

function addressOf(value: string): URL | string {
  const url = /^https?:\/\/\S+$/i.test(value) ? URL.parse(value) : null;
  if (url === null) return "must be an address that starts with https://";
  // fetch refuses such an address, and its error prints it.
  if (url.username !== "" || url.password !== "") return "must not hold a user name or a password";
  return url;
}

function checkEncryption(url: URL): string | undefined {
  if (url.protocol === "https:" || isLoopback(url.hostname)) return undefined;
  return "must start with https:// (http:// only for this machine)";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
