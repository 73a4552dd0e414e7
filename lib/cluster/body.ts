import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { Fault } from "./fault.ts";

export interface BodyLimits {
  readonly idleMs: number;
  /** Uncompressed. */
  readonly maxBytes: number;
  /** Hears of each chunk's uncompressed size. */
  readonly count: (bytes: number) => void;
}

/** The decoded body, chunk by chunk, counted as it is read: a body without end costs what was read of it. */
export async function* readBody(incoming: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const chunk of decode(incoming, limits.idleMs)) {
      limits.count(chunk.length);
      size += chunk.length;
      if (size > limits.maxBytes) throw new Fault("too-large", limits.maxBytes);
      yield chunk;
    }
  } finally {
    // A body that is left holds its connection, and behind a decompressor nobody else would let go of it.
    if (!incoming.readableEnded) incoming.destroy();
  }
}

function decode(incoming: IncomingMessage, idleMs: number): AsyncIterable<Buffer> {
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  const raw = whileAlive(incoming, idleMs);
  if (encoding === "identity") return raw;
  if (encoding === "gzip") return pipeline(raw, createGunzip(), () => {});
  throw new Fault("encoding", 0);
}

// The limit is on what the network does, so the clock stands while the reader works.
async function* whileAlive(incoming: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const arm = () => setTimeout(() => incoming.destroy(new Fault("idle-timeout", idleMs)), idleMs);
  let timer = arm();
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      yield chunk;
      timer = arm();
    }
  } finally {
    clearTimeout(timer);
  }
}
