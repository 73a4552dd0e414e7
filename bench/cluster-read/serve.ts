// A process of its own: what a server takes is not what its clients take.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Answer } from "#sim/answer";
import type { Line } from "#sim/watch";
import { openCountedCluster } from "./counted-cluster.ts";
import type { Command, Counts, Reported, ServerOptions } from "./server.ts";

const { tls, isHttp2, ...size }: ServerOptions = JSON.parse(process.argv[2] ?? "");
const cluster = openCountedCluster(size);
const counts = { requests: 0, bytes: 0, sent: 0, connections: 0, watches: 0 };

type Encoded = Pick<Answer, "status" | "headers"> & { readonly bytes: Buffer; readonly rawBytes: number };
/** What lists answer: as long as nothing changes, making a page and compressing it is paid for once. */
const ready = { revision: 0, answers: new Map<string, Promise<Encoded>>() };

// The real server compresses nothing smaller.
const GZIP_FROM_BYTES = 128 * 1024;
const compressed = promisify(gzip);

async function respond(
  { method = "", url: path = "", headers }: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Promise<void> {
  counts.requests += 1;
  const gzips = String(headers["accept-encoding"] ?? "").includes("gzip");
  if (ready.revision !== cluster.revision) Object.assign(ready, { revision: cluster.revision, answers: new Map() });
  const key = `${gzips} ${path}`;
  const answer = ready.answers.get(key);
  if (answer !== undefined) return end(response, await answer);
  const reply = cluster.reply({ method, path, headers, body: "" });
  if (typeof reply === "function") return reply(counted(response));
  const made = encoded(reply, gzips);
  ready.answers.set(key, made);
  end(response, await made);
}

async function encoded({ status, headers, body }: Answer, gzips: boolean): Promise<Encoded> {
  const bytes = Buffer.from(body);
  const rawBytes = bytes.length;
  if (!gzips || rawBytes <= GZIP_FROM_BYTES) return { status, headers, bytes, rawBytes };
  const small = await compressed(bytes, { level: constants.Z_BEST_SPEED });
  return { status, headers: { ...headers, "content-encoding": "gzip" }, bytes: small, rawBytes };
}

function end(response: ServerResponse | Http2ServerResponse, { status, headers, bytes, rawBytes }: Encoded): void {
  counts.bytes += rawBytes;
  counts.sent += bytes.length;
  const line: Pick<ServerResponse, "writeHead"> & { end(bytes: Buffer): unknown } = response as ServerResponse;
  line.writeHead(status, headers);
  line.end(bytes);
}

/** The connection of a watch. */
function counted(response: ServerResponse | Http2ServerResponse): Line {
  const line = response as ServerResponse;
  counts.watches += 1;
  response.on("close", () => {
    counts.watches -= 1;
  });
  return {
    writeHead: (status, headers) => line.writeHead(status, headers),
    flushHeaders: () => line.flushHeaders(),
    write(text) {
      counts.bytes += Buffer.byteLength(text);
      counts.sent += Buffer.byteLength(text);
      return line.write(text);
    },
    end: (text) => line.end(text),
    on: (event, listener) => line.on(event, listener),
  };
}

function openServer() {
  if (tls === undefined) return createServer(listener);
  if (!isHttp2) return createTlsServer(tls, listener);
  return createSecureServer({ ...tls, allowHTTP1: true, settings }, listener);
}

function answerTo(command: Command): Counts | Reported {
  switch (command.do) {
    case "count":
      return { ...counts };
    case "change":
      return { at: Date.now(), names: cluster.change(command.count) };
    default:
      return command satisfies never;
  }
}

const listener = (incoming: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => {
  respond(incoming, response).catch(() => response.destroy());
};
// Go's default. API servers say 100, but Node counts cancelled streams until it has cleaned them up, and refuses too early.
const settings = { maxConcurrentStreams: 250 };
const server = openServer();
server.on("connection", () => {
  counts.connections += 1;
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (command: Command) => process.send?.(answerTo(command)));
process.on("disconnect", () => process.exit());
