import type { ConnectionOptions } from "node:tls";
import type { ClusterAccess, Proof, Timeouts } from "./access.ts";
import { type Incoming, readBody } from "./body.ts";
import type { Target } from "./dial.ts";
import { type Gate, openGate } from "./gate.ts";
import type { Peer } from "./peer.ts";
import { peersOf } from "./peers.ts";
import { type HttpRequest, type Outgoing, outgoingOf } from "./request.ts";
import { resetError, Unanswered } from "./unanswered.ts";

export type { HttpRequest } from "./request.ts";

/** An answer whose headers have arrived. `body` is decoded and arrives as it is read; it is to be read or left (`break`), so that its connection is free again. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Incoming["headers"];
  readonly body: AsyncIterable<Buffer>;
}

export interface TransportOptions {
  readonly timeouts?: Partial<Timeouts>;
  /** How many requests are under way at once, watches aside: over HTTP/1.1 a connection each. */
  readonly maxSockets?: number;
  /** The largest body that is read, uncompressed. */
  readonly maxBodyBytes?: number;
  /** Milliseconds since 1970, for how long a connection was not used. */
  readonly now?: () => number;
}

/** One HTTP client for one server. Follows no redirect, reads no environment, throws {@link Fault}, Node's network errors, or the signal's reason. */
export interface Transport {
  send(request: HttpRequest, proof: Proof, signal: AbortSignal): Promise<HttpAnswer>;
  readonly requests: number;
  /** Uncompressed. */
  readonly bytesRead: number;
  close(): void;
}

interface Client {
  readonly base: URL;
  readonly peerFor: (proof: Proof) => Peer;
  readonly gate: Gate;
  readonly timeouts: Timeouts;
  readonly maxBodyBytes: number;
  readonly traffic: { requests: number; bytesRead: number; isClosed: boolean };
}

const TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 30_000, idleMs: 30_000 };
// A page of 500 jobs has 5 MB. Parsed, a body takes several times its size.
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_SOCKETS = 8;
// Each of the kept connections may have ended, and then one is new. Who refuses so often by the protocol means it.
const MOST_TRIES = { unknown: MAX_SOCKETS + 2, untouched: 3, http1: 3 } as const;

/** Opens nothing yet: the first request connects. */
export function openTransport(
  access: Pick<ClusterAccess, "server" | "tls" | "proxy" | "timeouts" | "http2">,
  options: TransportOptions = {},
): Transport {
  const base = new URL(access.server);
  const { maxSockets = MAX_SOCKETS, maxBodyBytes = MAX_BODY_BYTES, now = Date.now } = options;
  const timeouts = { ...TIMEOUTS, ...access.timeouts, ...options.timeouts };
  const tls = base.protocol === "https:" ? tlsOptions(access.tls) : undefined;
  const target: Target = { base, tls, proxy: access.proxy, connectMs: timeouts.connectMs };
  const peers = peersOf(target, { http2: access.http2 ?? true, maxFreeSockets: maxSockets, now });
  const traffic = { requests: 0, bytesRead: 0, isClosed: false };
  const client: Client = { base, peerFor: peers.of, gate: openGate(maxSockets), timeouts, maxBodyBytes, traffic };
  return {
    send: (request, proof, signal) => send(client, request, proof, signal),
    get requests() {
      return traffic.requests;
    },
    get bytesRead() {
      return traffic.bytesRead;
    },
    close() {
      traffic.isClosed = true;
      peers.close();
    },
  };
}

function tlsOptions({ ca, cert, key, serverName, insecure }: ClusterAccess["tls"]): ConnectionOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    // Said each time: the environment (NODE_TLS_REJECT_UNAUTHORIZED) must not decide it.
    rejectUnauthorized: insecure !== true,
  };
}

async function send(client: Client, request: HttpRequest, proof: Proof, signal: AbortSignal): Promise<HttpAnswer> {
  const timeouts = { ...client.timeouts, ...request.timeouts };
  const isWatch = request.pool === "watch";
  const incoming = isWatch
    ? await exchange(client, request, proof, timeouts, signal)
    : await inTurn(client.gate, signal, () => exchange(client, request, proof, timeouts, signal));
  const count = (bytes: number) => {
    client.traffic.bytesRead += bytes;
  };
  const { status, headers } = incoming;
  const maxBytes = isWatch ? Number.POSITIVE_INFINITY : client.maxBodyBytes;
  return { status, headers, body: readBody(incoming, { ...timeouts, maxBytes, count }) };
}

/** A request has its place until its answer was read or left. */
async function inTurn(gate: Gate, signal: AbortSignal, ask: () => Promise<Incoming>): Promise<Incoming> {
  const leave = await gate.enter(signal);
  try {
    const incoming = await ask();
    incoming.stream.once("close", leave);
    return incoming;
  } catch (error) {
    leave();
    throw error;
  }
}

async function exchange(client: Client, request: HttpRequest, proof: Proof, timeouts: Timeouts, signal: AbortSignal) {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    if (client.traffic.isClosed) throw resetError();
    client.traffic.requests += 1;
    const outgoing: Outgoing = outgoingOf(client.base, request, proof);
    try {
      return await client.peerFor(proof).send(outgoing, timeouts, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unanswered)) throw error;
      if (!mayRepeat(error, request, tries)) throw error.cause ?? resetError();
    }
  }
}

// What nobody has looked at may be sent again whatever it does; else only what changes nothing.
function mayRepeat({ fate }: Unanswered, { method }: HttpRequest, tries: number): boolean {
  return tries < MOST_TRIES[fate] && (fate !== "unknown" || method === "GET");
}
