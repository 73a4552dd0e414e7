import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Answer } from "./answer.ts";

// The server compresses nothing smaller.
const GZIP_FROM_BYTES = 128 * 1024;
// What Go's server can hold back to count it; longer bodies come in chunks.
const COUNTED_BYTES = 2048;

const compressed = promisify(gzip);

/** Sends an answer as the API server does. With `half`, the connection is closed in the middle of the body. */
export async function send(response: ServerResponse, answer: Answer, gzips: boolean, half = false): Promise<void> {
  const { bytes, encoding } = await encoded(answer.body, gzips);
  const length = half || bytes.length <= COUNTED_BYTES ? { "content-length": bytes.length } : {};
  response.writeHead(answer.status, { ...answer.headers, ...encoding, ...length });
  if (!half) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

async function encoded(body: string, gzips: boolean): Promise<{ bytes: Buffer; encoding: Record<string, string> }> {
  const bytes = Buffer.from(body);
  if (!gzips || bytes.length <= GZIP_FROM_BYTES) return { bytes, encoding: {} };
  const small = await compressed(bytes, { level: constants.Z_BEST_SPEED });
  return { bytes: small, encoding: { "content-encoding": "gzip", vary: "Accept-Encoding" } };
}
