import { parseRetryAfter } from "#text/retry-after";
import type { PostFailure, PostResult } from "./post.ts";
import type { Outcome } from "./receiver.ts";
import { excerpt } from "./redact.ts";

/** How a receiver reads an answer that is not a success. */
export interface Reading {
  /** Milliseconds since 1970: what an HTTP date in Retry-After is compared with. */
  readonly now: number;
  /** What no reason may repeat. */
  readonly secrets: readonly string[];
  /** What an answer means in the receiver's own words, where it has some. */
  readonly explain?: (body: string) => string | undefined;
}

/** The one table from an answer, or none, to what became of the post. Reasons are one line, without address or secret. */
export function outcomeOf(result: PostResult, reading: Reading): Outcome {
  if (result.type === "failure") return { state: "retry", reason: FAILURES[result.failure] };
  const { status } = result;
  if (status >= 200 && status <= 299) return { state: "delivered" };
  const reason = reasonOf(status, result.body, reading);
  if (!isPassing(status)) return { state: "dead", reason };
  const retryAfterMs = parseRetryAfter(result.retryAfter, reading.now);
  const throttled = status === 429 || (status === 503 && retryAfterMs !== undefined);
  return {
    state: "retry",
    reason,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(throttled && { throttled }),
  };
}

const FAILURES: Readonly<Record<PostFailure, string>> = {
  timeout: "the receiver did not answer in time",
  refused: "the receiver refused the connection",
  reset: "the connection broke before the receiver answered",
  unresolved: "the receiver's host name was not found",
  unreachable: "the receiver could not be reached",
  tls: "no trusted TLS connection to the receiver: check its certificate and the URL's scheme",
  private: "the receiver's address is private, nothing was sent: where that is right, say allowPrivate: true",
  garbled: "the receiver's answer was not HTTP",
  stopped: "stopped before the receiver answered",
};

function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function reasonOf(status: number, body: string, { secrets, explain }: Reading): string {
  const explained = explain?.(body);
  if (explained !== undefined) return `HTTP ${status}: ${explained}`;
  // A refusal says what is wrong with the request; other answers are pages for browsers.
  const quote = status >= 400 && status < 500 ? excerpt(body, secrets) : "";
  return `HTTP ${status}: ${meaningOf(status)}${quote === "" ? "" : `; it said: ${quote}`}`;
}

function meaningOf(status: number): string {
  if (status < 400) return "redirects are not followed; configure the URL that it leads to";
  if (status >= 500) return "the receiver is in trouble";
  return CLIENT_ERRORS[status] ?? "the receiver does not accept it";
}

const CLIENT_ERRORS: Readonly<Record<number, string>> = {
  401: "the receiver does not accept the credentials; check its URL and secret",
  403: "the receiver does not allow it; check its URL and secret",
  404: "there is no receiver at this URL",
  408: "the receiver waited too long for the request",
  410: "the receiver is gone",
  413: "the receiver finds it too large",
  425: "too early for the receiver",
  429: "the receiver wants a slower pace",
};
