import { once } from "node:events";
import type * as Http from "node:http";
import type * as Https from "node:https";
import type { LookupFunction } from "node:net";
import { isPrivateAddress } from "#text/private-address";
import { VERSION } from "#version";
import { guardedLookup, guardSocket, isRefusedLiteral, REFUSED, type Refuses } from "./guard.ts";

// Not imported: that reads every export of node:http, the lazy ones too, and so loads all of undici, 30 ms of a cold start.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why there was no answer. */
export type PostFailure =
  | "timeout"
  | "refused"
  | "reset"
  | "unresolved" // no such host name
  | "unreachable"
  | "tls"
  | "private" // an address that is not everybody's: nothing was sent
  | "garbled" // an answer that is not HTTP
  | "stopped"; // the caller's signal

/** What came back. `body` is the beginning of the answer as text; `retryAfter` is the header as it was sent. */
export type PostResult =
  | { readonly type: "answer"; readonly status: number; readonly retryAfter: string | undefined; readonly body: string }
  | { readonly type: "failure"; readonly failure: PostFailure };

/** Posts once over HTTP(S), follows no redirect, and never throws. */
export type Post = (request: PostRequest, signal: AbortSignal) => Promise<PostResult>;

export interface PostOptions {
  /** Name, TCP and TLS together. */
  readonly connectTimeoutMs?: number;
  /** From the call to the end of the answer. */
  readonly totalTimeoutMs?: number;
  readonly maxAnswerBytes?: number;
  /** Resolves host names in place of the system. */
  readonly lookup?: LookupFunction;
  /** Posts to this machine and to private networks, too. Without it the answer for such an address is `private`. */
  readonly allowPrivate?: boolean;
  /** Tells which addresses are private in place of {@link isPrivateAddress}. */
  readonly isPrivate?: Refuses;
}

interface Client {
  readonly agents: { readonly "http:": Http.Agent; readonly "https:": Https.Agent };
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly refuses: Refuses;
}

const NOTHING: Refuses = () => false;

// Below the idle time of common servers and proxies (5 s and more), so that a connection is seldom reused just as the
// other side closes it: whether such a post was taken is not known. Idle sockets keep no process alive.
const IDLE_MS = 3_000;

/** The one HTTP client of all receivers, with connections that are kept alive for a few seconds, and shared with no other client. */
export function httpPost(options: PostOptions = {}): Post {
  const { connectTimeoutMs = 5_000, totalTimeoutMs = 10_000, maxAnswerBytes = 65_536 } = options;
  const { lookup, allowPrivate = false, isPrivate = isPrivateAddress } = options;
  const refuses = allowPrivate ? NOTHING : isPrivate;
  const socket = { keepAlive: true, timeout: IDLE_MS, lookup: guardedLookup(refuses, lookup) };
  const agents = { "http:": new http.Agent(socket), "https:": new https.Agent(socket) };
  const client: Client = { agents, connectTimeoutMs, totalTimeoutMs, maxAnswerBytes, refuses };
  return (request, signal) => exchange(client, request, signal);
}

async function exchange(client: Client, { url, headers, body }: PostRequest, signal: AbortSignal): Promise<PostResult> {
  if (isRefusedLiteral(url, client.refuses)) return { type: "failure", failure: "private" };
  const stop = new AbortController();
  const fail = (failure: PostFailure) => () => stop.abort(failure);
  const stopped = fail("stopped");
  const deadline = setTimeout(fail("timeout"), client.totalTimeoutMs);
  signal.addEventListener("abort", stopped, { once: true });
  try {
    if (signal.aborted) stopped();
    const request = open(client, url, { ...headers, "content-length": String(Buffer.byteLength(body)) }, stop.signal);
    request.once("socket", (socket) => guardSocket(socket, client.refuses));
    limitConnect(request, client.connectTimeoutMs, fail("timeout"));
    request.end(body);
    const [response] = (await once(request, "response")) as [Http.IncomingMessage];
    return { type: "answer", ...(await readAnswer(response, client.maxAnswerBytes)) };
  } catch (error) {
    return { type: "failure", failure: stop.signal.aborted ? (stop.signal.reason as PostFailure) : failureOf(error) };
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", stopped);
  }
}

function open(client: Client, url: URL, headers: Http.OutgoingHttpHeaders, signal: AbortSignal): Http.ClientRequest {
  const secure = url.protocol === "https:";
  const agent = client.agents[secure ? "https:" : "http:"];
  const options = { method: "POST", agent, signal, headers: { "user-agent": `jobbell/${VERSION}`, ...headers } };
  const request = secure ? https.request(url, options) : http.request(url, options);
  // Errors after the response began are not news, and without a listener they would end the process.
  request.on("error", () => {});
  return request;
}

function limitConnect(request: Http.ClientRequest, ms: number, onTimeout: () => void): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(onTimeout, ms);
    const clear = () => clearTimeout(timer);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", clear).once("close", clear);
  });
}

async function readAnswer(response: Http.IncomingMessage, maxBytes: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) break; // leaving the loop closes the connection
    }
  } catch {
    // The status has been received, and it alone decides: a body that breaks off must not make a delivered post be sent again.
  }
  const body = Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
  return { status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], body };
}

const BY_CODE: Readonly<Record<string, PostFailure>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  ETIMEDOUT: "timeout",
  [REFUSED]: "private",
};

function failureOf(error: unknown): PostFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("HPE_")) return "garbled";
  if (/CERT|TLS|SSL|EPROTO|SIGNATURE|ISSUER/.test(code)) return "tls";
  return BY_CODE[code] ?? "unreachable";
}
