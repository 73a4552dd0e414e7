import type { IncomingHttpHeaders } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Fault } from "./fault.ts";

/** An answer whose body is still to come, by whichever protocol. */
export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly stream: Readable;
  /** Nothing more is read. With an error, its reader gets that. */
  leave(error?: Fault): void;
  /** Throws where what came to an end was no complete answer. */
  checkEnd?(): Promise<void>;
}

export interface BodyLimits {
  readonly idleMs: number;
  /** Uncompressed. */
  readonly maxBytes: number;
  /** Hears of each chunk's uncompressed size. */
  readonly count: (bytes: number) => void;
}

/** The decoded body, chunk by chunk, counted as it is read: a body without end costs what was read of it. */
export async function* readBody(incoming: Incoming, limits: BodyLimits): AsyncGenerator<Buffer> {
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
    if (!incoming.stream.readableEnded) incoming.leave();
  }
}

// Of a page of 5 MB, in the 16 kB that are usual each chunk would cost a turn of the event loop.
const CHUNK_BYTES = 128 * 1024;

function decode(incoming: Incoming, idleMs: number): AsyncIterable<Buffer> {
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  const raw = whileAlive(incoming, idleMs);
  if (encoding === "identity") return raw;
  if (encoding === "gzip") return pipeline(raw, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  throw new Fault("encoding", 0);
}

// The limit is on what the network does, so the clock stands while the reader works.
async function* whileAlive(incoming: Incoming, idleMs: number): AsyncGenerator<Buffer> {
  const arm = () => setTimeout(() => incoming.leave(new Fault("idle-timeout", idleMs)), idleMs);
  let timer = arm();
  try {
    // How a body is left differs by protocol, so that is not for the iterator to do.
    for await (const chunk of incoming.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      yield chunk;
      timer = arm();
    }
    await incoming.checkEnd?.();
  } finally {
    clearTimeout(timer);
  }
}
