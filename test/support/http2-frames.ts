import { once } from "node:events";
import type * as net from "node:net";
import * as tls from "node:tls";

/** What a client sent: the kind of frame, the stream it belongs to, and the code or the payload that it carries. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const ACK = 1;
export const END_STREAM = 1;
const END_HEADERS = 4;

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const MAX_CONCURRENT_STREAMS = 3;

/** One connection, to which frames are written as they should never be. */
export interface FrameSocket {
  readonly socket: tls.TLSSocket;
  send(type: number, stream: number, payload?: Buffer, flags?: number): void;
  /** The head of an answer with status 200. */
  answer(stream: number): void;
  /** Ends the connection by a TCP reset. */
  reset(): void;
}

/** A server that takes HTTP/2 apart frame by frame, for what no server's own library would send. It answers settings; the rest is `onFrame`'s. */
export async function serveFrames(
  certificate: tls.TlsOptions,
  onFrame: (frame: Frame, socket: FrameSocket, connection: number) => void,
  maxStreams = 100,
) {
  const sockets = new Set<net.Socket>();
  const raw = new Map<number | undefined, net.Socket>();
  let connections = 0;
  const server = tls.createServer({ ...certificate, ALPNProtocols: ["h2"] }, (socket) => {
    connections += 1;
    const nth = connections;
    sockets.add(socket.on("error", () => {}));
    const send: FrameSocket["send"] = (type, stream, payload = Buffer.alloc(0), flags = 0) => {
      if (!socket.destroyed) socket.write(frameOf(type, stream, payload, flags));
    };
    const frames: FrameSocket = {
      socket,
      send,
      answer: (stream) => send(HEADERS, stream, Buffer.from([0x88]), END_HEADERS),
      reset: () => raw.get(socket.remotePort)?.resetAndDestroy(),
    };
    send(SETTINGS, 0, settingOf(MAX_CONCURRENT_STREAMS, maxStreams));
    readFrames(socket, (frame) => {
      if (frame.type === SETTINGS && frame.flags !== ACK) send(SETTINGS, 0, Buffer.alloc(0), ACK);
      onFrame(frame, frames, nth);
    });
  });
  server.on("tlsClientError", () => {});
  server.on("connection", (socket: net.Socket) => raw.set(socket.remotePort, socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  return {
    url: `https://${host}`,
    host,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** What a GOAWAY carries. */
export function goaway(lastStream: number, code: number): Buffer {
  return Buffer.concat([uint32(lastStream), uint32(code)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function settingOf(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([0, id]), uint32(value)]);
}

function frameOf(type: number, stream: number, payload: Buffer, flags: number): Buffer {
  const length = uint32(payload.length).subarray(1);
  return Buffer.concat([length, Buffer.from([type, flags]), uint32(stream), payload]);
}

function readFrames(socket: tls.TLSSocket, onFrame: (frame: Frame) => void): void {
  let rest = Buffer.alloc(0);
  let isGreeted = false;
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!isGreeted) {
      if (rest.length < PREFACE.length) return;
      isGreeted = true;
      rest = rest.subarray(PREFACE.length);
    }
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const [type = 0, flags = 0] = rest.subarray(3, 5);
      const frame = { type, flags, stream: rest.readUInt32BE(5) & 0x7fffffff, payload: rest.subarray(9, end) };
      rest = rest.subarray(end);
      onFrame(frame);
    }
  });
}
