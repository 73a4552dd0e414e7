import { badRequest, Refusal } from "./answer.ts";

/** Where the next page of a list begins, and the moment that it shows. A negative revision means: as it is now. */
export interface ContinueToken {
  readonly revision: number;
  /** The first key of the rest, without the namespace where the list is of one. */
  readonly start: string;
}

/** Opaque to clients; the same bytes as the API server's own. */
export function encode({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start })).toString("base64url");
}

/** Answers 400 for what no server has made. */
export function decode(text: string): ContinueToken {
  const bytes = Buffer.from(text, "base64url");
  const { v, rv, start } = parse(bytes);
  if (v !== "meta.k8s.io/v1" || typeof rv !== "number" || typeof start !== "string") {
    throw invalidToken("continue key is not valid: server does not recognize this encoded version");
  }
  return { revision: rv, start: start.replace(/^\//, "") };
}

function parse(bytes: Buffer): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    const first = bytes[0] ?? 0;
    const character =
      first > 0x1f && first < 0x7f ? String.fromCharCode(first) : `\\u00${first.toString(16).padStart(2, "0")}`;
    throw invalidToken(`continue key is not valid: invalid character '${character}' looking for beginning of value`);
  }
}

function invalidToken(message: string): Refusal {
  return new Refusal(badRequest(`invalid continue token: ${message}`));
}
