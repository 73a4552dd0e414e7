import { Fault } from "./fault.ts";

const NEWLINE = 0x0a;
// Parsed, an object takes several times its size. A real server stores none of more than 1.5 MB.
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** The lines of a body, each when it is complete. Throws where the last one is not. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString("utf8");
      parts = [];
      size = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > MAX_LINE_BYTES) throw new Fault("too-large", MAX_LINE_BYTES);
  }
  if (size > 0) throw new Error("the last line is incomplete");
}
