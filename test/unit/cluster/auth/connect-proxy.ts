import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";

interface ProxyOptions {
  /** `user:password` that it wants. */
  readonly credentials?: string;
  /** Host and port to which every name leads; without it the one that was asked for. */
  readonly leadsTo?: string;
  /** Makes it an https proxy. */
  readonly tls?: https.ServerOptions;
  /** What it answers in place of a connection. */
  readonly refuse?: number;
  /** It takes connections and says nothing. */
  readonly silent?: boolean;
}

/** An HTTP proxy on 127.0.0.1 that does CONNECT and nothing else. */
export async function connectProxy(options: ProxyOptions = {}) {
  const seen: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = options.tls === undefined ? http.createServer() : https.createServer(options.tls);
  server.on("request", (_request, response) => response.writeHead(405).end());
  server.on("connection", (socket: net.Socket) => sockets.add(socket.on("error", () => {})));
  server.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
    seen.push(request.url ?? "");
    socket.on("error", () => {});
    if (options.silent) return;
    const status = options.refuse ?? (isWelcome(request, options) ? 200 : 407);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`);
    const [host = "", port] = (options.leadsTo ?? request.url ?? "").split(/:(?=\d+$)/);
    const onward = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward.on("error", () => socket.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  return {
    host,
    url: `${options.tls === undefined ? "http" : "https"}://${host}`,
    /** What was asked for, `host:port` each. */
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function isWelcome({ headers }: http.IncomingMessage, { credentials }: ProxyOptions): boolean {
  const basic = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;
  return basic === undefined || headers["proxy-authorization"] === basic;
}
