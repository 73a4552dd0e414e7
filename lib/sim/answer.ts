import type { Resource } from "#jobs/job";

/** What the server says to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** More about a failure: what it is about, and each thing that is wrong with it. */
export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A JSON answer from text that is JSON already. The API server ends each body with a newline. */
export function json(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: `${body}\n` };
}

export function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: `${body}\n` };
}

/** What a path gets that belongs to no group and no kind that is installed. */
export const notInstalled: Answer = plain(404, "404 page not found");

/** A `Status` object, the one form in which the API server explains a failure. Without a reason it has none. */
export function status(code: number, reason: string | undefined, message: string, details?: Details, metadata = {}) {
  return { kind: "Status", apiVersion: "v1", metadata, status: "Failure", message, reason, details, code };
}

export function failure(code: number, reason: string | undefined, message: string, details?: Details): Answer {
  return json(code, JSON.stringify(status(code, reason, message, details)));
}

export function badRequest(message: string): Answer {
  return failure(400, "BadRequest", message);
}

export function notFound({ plural, group }: Resource, name: string): Answer {
  const details = { name, ...(group !== "" && { group }), kind: plural };
  return failure(404, "NotFound", `${qualified(plural, group)} "${name}" not found`, details);
}

/** `tfjobs.kubeflow.org`; kinds of the core group have no more than their own name. */
export function qualified(plural: string, group: string): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** 422: `errors` are what is wrong with the object; a cause can be said more than once. */
export function invalid({ kind, group }: Resource, name: string, errors: readonly Cause[], causes = errors): Answer {
  const said = errors.map(({ field, message }) => `${field}: ${message}`);
  const list = said.length === 1 ? said[0] : `[${said.join(", ")}]`;
  return failure(422, "Invalid", `${kind}.${group} "${name}" is invalid: ${list}`, { name, group, kind, causes });
}

/** An answer that an expected failure stops the handling of a request with. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}
