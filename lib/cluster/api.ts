import { parseRetryAfter } from "#text/retry-after";
import type { ClusterAccess, Proof } from "./access.ts";
import type { Call } from "./call.ts";
import { ClusterError } from "./cluster.ts";
import { errorOfAnswer } from "./errors.ts";
import { errorOfFailure } from "./network-errors.ts";
import { readJson, readText } from "./read-answer.ts";
import { parseStatusBody, type StatusBody } from "./status-body.ts";
import type { HttpAnswer, HttpRequest, Transport } from "./transport.ts";

/** One server and who asks it. */
export interface Api {
  readonly access: ClusterAccess;
  readonly transport: Transport;
  /** For Retry-After dates. */
  readonly now: () => number;
}

interface Sent {
  readonly answer: HttpAnswer;
  readonly hidden: readonly string[];
}

/** The JSON of a 2xx answer, or `undefined` for a refusal of which `isAbsence` holds. Everything else is a {@link ClusterError}, or the signal's reason. */
export async function fetchJson(
  api: Api,
  call: Call,
  request: HttpRequest,
  signal: AbortSignal,
  isAbsence: (status: number, body: StatusBody) => boolean = () => false,
): Promise<unknown | undefined> {
  try {
    const { answer, hidden } = await sendAs(api, request, signal);
    if (answer.status >= 200 && answer.status < 300) return await readJson(call.cluster, answer);
    const body = parseStatusBody(await readText(answer), answer.headers["content-type"]);
    if (isAbsence(answer.status, body)) return undefined;
    const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], api.now());
    throw errorOfAnswer(call, { status: answer.status, body, retryAfterMs, hidden });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ClusterError ? error : errorOfFailure(call.cluster, error);
  }
}

// A second 401 is the answer: servers lock out who keeps asking with credentials that they refuse.
async function sendAs(api: Api, request: HttpRequest, signal: AbortSignal): Promise<Sent> {
  const first = await sendOnce(api, request, signal);
  if (first.answer.status !== 401 || !api.access.credentials.renew()) return first;
  await readText(first.answer);
  return sendOnce(api, request, signal);
}

async function sendOnce({ access, transport }: Api, request: HttpRequest, signal: AbortSignal): Promise<Sent> {
  const proof = await prove(access, signal);
  const answer = await transport.send(request, proof, signal);
  return { answer, hidden: secretsOf(access, proof) };
}

async function prove({ name, credentials }: ClusterAccess, signal: AbortSignal): Promise<Proof> {
  try {
    return await credentials.current(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ClusterError) throw error;
    throw new ClusterError("credentials", name, `cluster "${name}" cannot be asked: its credentials could not be made`);
  }
}

function secretsOf({ server }: ClusterAccess, { headers }: Proof): readonly string[] {
  const { host, hostname } = new URL(server);
  return [host, hostname, ...Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, "")])];
}
