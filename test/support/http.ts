import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import * as net from "node:net";
import type { TLSSocket } from "node:tls";

/** A request as a loopback server saw it. */
export interface Seen {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  /** `1.1` or `2.0`. */
  readonly version: string;
  /** Common name of the client certificate. */
  readonly client: string | undefined;
}

export interface LoopbackServer extends AsyncDisposable {
  /** `http(s)://127.0.0.1:port` */
  readonly url: string;
  readonly host: string;
  /** All requests, in the order in which they came. */
  readonly seen: readonly Seen[];
  /** How many TCP connections were taken. */
  readonly connections: number;
}

export type Answer = (seen: Seen, response: http.ServerResponse, nth: number) => void;

/** How a server speaks HTTPS. With `http2` both protocols, whichever the client wants. */
export type Secure = https.ServerOptions & { readonly http2?: http2.SecureServerOptions };

/** A server on 127.0.0.1 that answers each request by `answer`; with `tls` it speaks HTTPS. */
export async function serve(answer: Answer, tls?: Secure): Promise<LoopbackServer> {
  const seen: Seen[] = [];
  const listener: http.RequestListener = (request, response) => {
    seen.push(seenOf(request));
    answer(seen.at(-1)!, response, seen.length);
  };
  const sockets = new Set<net.Socket>();
  const server = serverOf(listener, tls);
  server.on("tlsClientError", () => {});
  server.on("connection", (socket: net.Socket) => sockets.add(socket));
  const started = await listen(server);
  return {
    ...started,
    url: `${tls === undefined ? "http" : "https"}://${started.host}`,
    seen,
    get connections() {
      return started.count();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await started.close();
    },
  };
}

function serverOf(listener: http.RequestListener, tls: Secure | undefined): net.Server {
  if (tls === undefined) return http.createServer(listener);
  if (tls.http2 === undefined) return https.createServer(tls, listener);
  const options = { ...tls, ...tls.http2, allowHTTP1: true };
  const server = http2.createSecureServer(
    options,
    listener as unknown as Parameters<typeof http2.createSecureServer>[1],
  );
  server.on("session", (session) => session.on("error", () => {}));
  return server;
}

/** A server that takes connections and never says a word of its own; `onConnection` may. */
export async function serveRaw(onConnection: (socket: net.Socket) => void = () => {}): Promise<LoopbackServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    onConnection(socket);
  });
  const started = await listen(server);
  return {
    ...started,
    url: `http://${started.host}`,
    seen: [],
    get connections() {
      return started.count();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await started.close();
    },
  };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  await using server = await serveRaw();
  return Number(server.host.split(":")[1]);
}

/** Answers JSON. */
export function json(
  response: http.ServerResponse,
  body: unknown,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Ends the connection of an answer in the middle of it. */
export function breakOff(response: http.ServerResponse | http2.Http2ServerResponse): void {
  // Node's way to destroy an answer over HTTP/2 ends it well.
  if ("stream" in response) response.stream.session?.destroy();
  else response.destroy();
}

async function listen(server: net.Server) {
  let count = 0;
  server.on("connection", () => {
    count += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const close = async () => {
    server.close();
    await once(server, "close");
  };
  return { host: `127.0.0.1:${port}`, count: () => count, close };
}

function seenOf({ method = "", url = "", headers: sent, httpVersion: version, socket }: http.IncomingMessage): Seen {
  const { pathname: path, searchParams: query } = new URL(url, "http://x");
  const certificate = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
  const client = certificate?.subject?.CN;
  const authority = (sent as http2.IncomingHttpHeaders)[":authority"];
  const headers = authority === undefined ? sent : { ...sent, host: authority };
  return { method, path, query, headers, version, client: typeof client === "string" ? client : undefined };
}
