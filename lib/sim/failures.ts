import type { ApiRequest } from "./request.ts";

/** How requests to come are made to go wrong. */
export type Failure = Misbehaviour & {
  /** How many requests; 1 where it is left out. */
  readonly times?: number;
  /** Which requests count; every one where it is left out. */
  readonly when?: (request: ApiRequest) => boolean;
};

export type Misbehaviour =
  /** Answers with this. Without a body it is the one that the API server gives with that status, or a gateway in its own form. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | object;
      readonly form?: ErrorForm;
    }
  /** Closes the connection with a reset, without an answer. */
  | { readonly reset: true }
  /** Sends so many bytes of the true answer's body, then resets the connection. */
  | { readonly resetAfter: number }
  /** Sends half of the true answer, then closes the connection; a watch is closed without a word. */
  | { readonly truncate: true }
  /** Ends the body well in the middle of its last line, as a proxy does that gives up: a watch breaks off within an event. */
  | { readonly halfLine: true }
  /** Sends the true answer in pieces of so many bytes, with a pause before each. */
  | { readonly slow: { readonly everyMs: number; readonly bytes: number } }
  /** Turns a list, or what a watch begins with, around: newest first, as after a restored backup or from another cache. */
  | { readonly reorder: true }
  /** Answers a list as if there were nothing, as while a kind is being removed. */
  | { readonly empty: true }
  /** Never answers, until the client gives up or the server is closed. */
  | { readonly hang: true };

/** How an error's body is written: as Kubernetes does, or as the gateways before it do. */
export type ErrorForm = "status" | "flat" | "nested" | "html";

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

/** What a server that has just been started says for a while, whoever asks: 403 to a good token, 404 for an installed kind, 503. */
export type Unready = 403 | 404 | 503;

export function unready(status: Unready): Failure {
  switch (status) {
    case 403:
      return { status };
    case 404:
      return { status, body: "404 page not found\n" };
    case 503:
      return { status, headers: { "retry-after": "1" } };
    default:
      return status satisfies never;
  }
}
