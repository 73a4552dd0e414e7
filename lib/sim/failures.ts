import { type Answer, failure, plain } from "./answer.ts";
import type { ApiRequest } from "./request.ts";

/** How requests to come are made to go wrong. */
export type Failure = Misbehaviour & {
  /** How many requests; 1 where it is left out. */
  readonly times?: number;
  /** Which requests count; every one where it is left out. */
  readonly when?: (request: ApiRequest) => boolean;
};

export type Misbehaviour =
  /** Answers with this. Without a body it is the one that the API server gives with that status. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | object }
  /** Closes the connection with a reset, without an answer. */
  | { readonly reset: true }
  /** Sends half of the true answer, then closes the connection. */
  | { readonly truncate: true }
  /** Never answers, until the client gives up or the server is closed. */
  | { readonly hang: true };

/** Failures that wait for their request. */
export class Failures {
  #waiting: { readonly failure: Failure; left: number }[] = [];

  add(failure: Failure): void {
    this.#waiting.push({ failure, left: failure.times ?? 1 });
  }

  /** What is to go wrong with this request: the first failure that fits, used up by one. */
  take(request: ApiRequest): Misbehaviour | undefined {
    const next = this.#waiting.find(({ failure }) => failure.when?.(request) ?? true);
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    return next.failure;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The answer that a failure asks for. */
export function answerOf(wanted: Extract<Misbehaviour, { status: number }>): Answer {
  const usual = usualAnswer(wanted.status);
  const headers = { ...(wanted.body === undefined ? usual.headers : typeOf(wanted.body)), ...wanted.headers };
  const body = typeof wanted.body === "object" ? JSON.stringify(wanted.body) : (wanted.body ?? usual.body);
  return { status: wanted.status, headers, body };
}

function typeOf(body: string | object): Record<string, string> {
  return { "content-type": typeof body === "object" ? "application/json" : "text/plain; charset=utf-8" };
}

function usualAnswer(code: number): Answer {
  if (code === 429) return plain(429, "Too many requests, please try again later.", { "retry-after": "1" });
  return failure(code, REASONS[code], REASONS[code] ?? "the server could not do this");
}
