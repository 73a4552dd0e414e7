import { once } from "node:events";
import type * as Http from "node:http";
import type * as Https from "node:https";
import { VERSION } from "#version";
import type { ClusterAccess, Proof, Timeouts } from "./access.ts";
import { readBody } from "./body.ts";
import { Fault } from "./fault.ts";
import { type GivenUp, useProxy } from "./proxy.ts";

// Not imported: that reads every export of node:http, the lazy ones too, and so loads all of undici, 30 ms of a cold start.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

export interface HttpRequest {
  readonly method: "GET" | "PATCH" | "POST";
  /** Path and query, from the server's base URL on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where this request needs other limits than the transport's. */
  readonly timeouts?: Partial<Timeouts>;
  /** A watch is open for long: it takes no connection from other requests, and as many bytes as there are. */
  readonly pool?: "watch";
}

/** An answer whose headers have arrived. `body` is decoded and arrives as it is read; it is to be read or left (`break`), so that its connection is free again. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Http.IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
}

export interface TransportOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly maxSockets?: number;
  /** The largest body that is read, uncompressed. */
  readonly maxBodyBytes?: number;
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
  readonly agent: Http.Agent;
  readonly watchAgent: Http.Agent;
  readonly tls: Https.RequestOptions;
  readonly timeouts: Timeouts;
  readonly maxBodyBytes: number;
  readonly traffic: { requests: number; bytesRead: number };
}

const TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 30_000, idleMs: 30_000 };
// A page of 500 jobs has 5 MB. Parsed, a body takes several times its size.
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_SOCKETS = 8;
// Longer than the usual interval between two ticks, so that they share a connection. Idle sockets keep no process alive.
const SOCKET_IDLE_MS = 90_000;

/** Opens nothing yet: the first request connects. */
export function openTransport(
  access: Pick<ClusterAccess, "server" | "tls" | "proxy" | "timeouts">,
  options: TransportOptions = {},
): Transport {
  const base = new URL(access.server);
  const { maxSockets = MAX_SOCKETS, maxBodyBytes = MAX_BODY_BYTES } = options;
  const pool = { keepAlive: true, maxFreeSockets: maxSockets, timeout: SOCKET_IDLE_MS };
  const openAgent = (limits: Http.AgentOptions) =>
    base.protocol === "https:" ? new https.Agent(limits) : new http.Agent(limits);
  const [agent, watchAgent] = [openAgent({ ...pool, maxSockets }), openAgent(pool)];
  const timeouts = { ...TIMEOUTS, ...access.timeouts, ...options.timeouts };
  for (const each of [agent, watchAgent])
    if (access.proxy !== undefined) useProxy(each, access.proxy, timeouts.connectMs);
  const traffic = { requests: 0, bytesRead: 0 };
  const client: Client = { base, agent, watchAgent, tls: tlsOptions(access.tls), timeouts, maxBodyBytes, traffic };
  return {
    send: (request, proof, signal) => send(client, request, proof, signal),
    get requests() {
      return traffic.requests;
    },
    get bytesRead() {
      return traffic.bytesRead;
    },
    close: () => {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}

function tlsOptions({ ca, cert, key, serverName, insecure }: ClusterAccess["tls"]): Https.RequestOptions {
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
  const incoming = await exchange(client, request, proof, timeouts, signal);
  const count = (bytes: number) => {
    client.traffic.bytesRead += bytes;
  };
  const { statusCode: status = 0, headers } = incoming;
  const maxBytes = request.pool === "watch" ? Number.POSITIVE_INFINITY : client.maxBodyBytes;
  return { status, headers, body: readBody(incoming, { ...timeouts, maxBytes, count }) };
}

async function exchange(client: Client, request: HttpRequest, proof: Proof, timeouts: Timeouts, signal: AbortSignal) {
  for (;;) {
    signal.throwIfAborted();
    client.traffic.requests += 1;
    const outgoing = open(client, request, proof, signal);
    const release = limit(outgoing, timeouts);
    try {
      outgoing.end(request.body);
      const [incoming] = (await once(outgoing, "response")) as [Http.IncomingMessage];
      return incoming;
    } catch (error) {
      signal.throwIfAborted();
      if (!isStale(error, outgoing, request)) throw error;
    } finally {
      release();
    }
  }
}

// A kept connection that the server closed just now says nothing about the server: each such failure takes one
// connection from the pool, so that the next try, or the one after, has a new one. Only what may be sent twice.
function isStale(error: unknown, outgoing: Http.ClientRequest, request: HttpRequest): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return outgoing.reusedSocket && request.method === "GET" && (code === "ECONNRESET" || code === "EPIPE");
}

function open(client: Client, request: HttpRequest, proof: Proof, signal: AbortSignal): Http.ClientRequest {
  const { base, tls } = client;
  const agent = request.pool === "watch" ? client.watchAgent : client.agent;
  // A space: what signs a query must not wonder what a plus means.
  const path = base.pathname.replace(/\/+$/, "") + request.path.replaceAll("+", "%20");
  const headers = {
    accept: "application/json",
    "accept-encoding": "gzip",
    "user-agent": `jobbell/${VERSION}`,
    ...(request.body !== undefined && { "content-length": Buffer.byteLength(request.body) }),
    ...request.headers,
    ...proof.headers,
    ...proof.sign?.({ method: request.method, host: base.host, path, body: request.body ?? "" }),
  };
  const options: Http.RequestOptions & GivenUp = {
    method: request.method,
    path,
    headers,
    agent,
    signal,
    givenUp: signal,
  };
  const certificate = proof.cert === undefined ? {} : { cert: proof.cert, key: proof.key };
  const outgoing =
    base.protocol === "https:"
      ? https.request(base, { ...options, ...tls, ...certificate })
      : http.request(base, options);
  // What happens after the answer began reaches its reader by the body; without a listener it would end the process.
  return outgoing.on("error", () => {});
}

function limit(outgoing: Http.ClientRequest, { connectMs, headersMs }: Timeouts): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (code: "connect-timeout" | "headers-timeout", ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => outgoing.destroy(new Fault(code, ms)), ms);
  };
  outgoing.once("socket", (socket) => {
    const connected = () => arm("headers-timeout", headersMs);
    if (!socket.connecting) return connected();
    arm("connect-timeout", connectMs);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", connected);
  });
  return () => clearTimeout(timer);
}
