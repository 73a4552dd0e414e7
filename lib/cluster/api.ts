import type { Fields } from "#jobs/kinds/reader";
import { parseRetryAfter } from "#text/retry-after";
import type { ClusterAccess, Proof } from "./access.ts";
import type { Call } from "./call.ts";
import { ClusterError } from "./cluster.ts";
import { errorOfAnswer } from "./errors.ts";
import { errorOfFailure } from "./network-errors.ts";
import { readBytes, readJson, readText } from "./read-answer.ts";
import { parseStatusBody } from "./status-body.ts";
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
  readonly proof: Proof;
  readonly hidden: readonly string[];
}

/** What came with the JSON of a 2xx answer. */
export interface Fetched {
  readonly body: unknown;
  readonly headers: HttpAnswer["headers"];
}

/** A 2xx answer that is JSON, or those fields of it. Everything else is a {@link ClusterError}, or the signal's reason. */
export async function fetchJson(
  api: Api,
  call: Call,
  request: HttpRequest,
  signal: AbortSignal,
  fields?: Fields,
): Promise<Fetched> {
  return explained(call, signal, async () => {
    const answer = await accepted(api, call, request, signal);
    return { body: await readJson(call.cluster, answer, fields), headers: answer.headers };
  });
}

/** The beginning of a 2xx answer, as it came. Everything else is an error as above. */
export async function fetchBytes(
  api: Api,
  call: Call,
  request: HttpRequest,
  max: number,
  signal: AbortSignal,
): Promise<Buffer> {
  return explained(call, signal, async () => readBytes(await accepted(api, call, request, signal), max));
}

/** A 2xx answer whose body is still to be read. Everything else is an error as above. */
export async function fetchStream(
  api: Api,
  call: Call,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return explained(call, signal, () => accepted(api, call, request, signal));
}

async function explained<T>({ cluster }: Call, signal: AbortSignal, exchange: () => Promise<T>): Promise<T> {
  try {
    return await exchange();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ClusterError ? error : errorOfFailure(cluster, error);
  }
}

async function accepted(api: Api, call: Call, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { answer, hidden } = await sendAs(api, request, signal);
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return answer;
  const body = parseStatusBody(await readText(answer), headers["content-type"]);
  const retryAfterMs = parseRetryAfter(headers["retry-after"], api.now());
  throw errorOfAnswer(call, { status, body, retryAfterMs, hidden });
}

// A second 401 is the answer: servers lock out who keeps asking with credentials that they refuse.
async function sendAs(api: Api, request: HttpRequest, signal: AbortSignal): Promise<Sent> {
  const first = await sendOnce(api, request, signal);
  if (first.answer.status !== 401 || !api.access.credentials.renew(first.proof)) return first;
  await readText(first.answer);
  return sendOnce(api, request, signal);
}

async function sendOnce({ access, transport }: Api, request: HttpRequest, signal: AbortSignal): Promise<Sent> {
  const proof = await prove(access, signal);
  const answer = await transport.send(request, proof, signal);
  return { answer, proof, hidden: secretsOf(access, proof) };
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

function secretsOf({ server }: ClusterAccess, { headers, hidden = [] }: Proof): readonly string[] {
  const { host, hostname } = new URL(server);
  return [
    host,
    hostname,
    ...hidden,
    ...Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, "")]),
  ];
}
