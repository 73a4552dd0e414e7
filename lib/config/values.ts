import { isPrivateHost } from "#text/private-address";

/** Says what is wrong with a value, in words that never quote it, or nothing. */
export type Check = (value: string) => string | undefined;

/** The address of an API server, or of a service that makes tokens. */
export const checkServer: Check = (value) => {
  const url = addressOf(value);
  if (typeof url === "string") return url;
  if (url.search !== "" || url.hash !== "") return "must end with the host, the port or a path";
  return checkEncryption(url);
};

/** The address of a receiver, as far as it can be judged by itself. */
export const checkUrl: Check = (value) => {
  const url = addressOf(value);
  return typeof url === "string" ? url : undefined;
};

/** What the address of a receiver may be beside encrypted and everybody's. */
export interface Allowances {
  readonly allowInsecure: boolean;
  readonly allowPrivate: boolean;
}

/** The address of a receiver, with what may be said beside it. Where its host is a name, only a connection shows where that leads. */
export function checkReceiverUrl(allowances: Allowances): Check {
  return (value) => checkUrl(value) ?? checkReceiverSafety(value, allowances);
}

/** The same for an address whose syntax is checked elsewhere. */
export function checkReceiverSafety(value: string, { allowInsecure, allowPrivate }: Allowances): string | undefined {
  const url = addressOf(value);
  if (typeof url === "string") return undefined;
  const lacks = [
    ...(url.protocol === "https:" || allowInsecure ? [] : [["start with https://", "allowInsecure: true"] as const]),
    ...(!isPrivateHost(url.hostname) || allowPrivate
      ? []
      : [["not be a private address", "allowPrivate: true"] as const]),
  ];
  if (lacks.length === 0) return undefined;
  const [must, or] = [lacks.map(([what]) => what), lacks.map(([, key]) => key)].map((each) => each.join(" and "));
  return `must ${must}, or say ${or} beside it`;
}

/** The token of a Slack app's bot. */
export const checkSlackToken: Check = (value) => {
  if (/^xoxb-[\w-]+$/.test(value)) return undefined;
  const other = SLACK_TOKENS.find(([start]) => value.startsWith(start))?.[1];
  return `must be the token of a bot, which starts with xoxb-${other === undefined ? "" : `: this is ${other}`}`;
};

// https://docs.slack.dev/authentication/tokens
const SLACK_TOKENS: readonly (readonly [start: string, is: string])[] = [
  ["xoxp-", "one of a user"],
  ["xapp-", "one of an app as a whole"],
  ["xoxe.", "one that expires: turn token rotation off"],
  ["xoxe-", "one to refresh others"],
];

/** A channel of Slack, by its name or its id. */
export const checkSlackChannel: Check = (value) =>
  /^(?:#[^\s#@<>&,.:]{1,80}|[CGD][A-Z0-9]{7,20})$/u.test(value)
    ? undefined
    : "must be a channel's name, such as #ml-alerts, or its id, such as C0123456789";

/** The integration key of a PagerDuty service. */
export const checkRoutingKey: Check = (value) =>
  /^[A-Za-z0-9]{32}$/.test(value) ? undefined : "must be the 32 letters and digits of an Events API v2 integration key";

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
