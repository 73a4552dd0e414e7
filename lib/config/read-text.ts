import { createReadStream } from "node:fs";

/** A configuration of a thousand namespaces has 200 kB. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file, or in a few words why there is none. */
export type FileText = { readonly text: string } | { readonly complaint: string };

/** Reads a UTF-8 file of at most {@link MAX_BYTES}, and no more than that even where the file has no end. A byte order mark is dropped. */
export async function readText(path: string): Promise<FileText> {
  try {
    const bytes = await readStart(path);
    if (bytes.length > MAX_BYTES) return { complaint: "the file is larger than 1 MB" };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    return { complaint: complaintOf(error) };
  }
}

async function readStart(path: string): Promise<Buffer> {
  // `end` is inclusive: one byte more than is allowed tells a file that is too large.
  const chunks: Buffer[] = await createReadStream(path, { end: MAX_BYTES }).toArray();
  return Buffer.concat(chunks);
}

const COMPLAINTS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "this is a directory, not a file",
  EACCES: "the file may not be read: look at its permissions",
  EPERM: "the file may not be read: look at its permissions",
  ERR_ENCODING_INVALID_ENCODED_DATA: "the file is not UTF-8 text",
  ERR_INVALID_ARG_VALUE: "this is not the name of a file",
};

function complaintOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return COMPLAINTS[code] ?? `the file cannot be read (${code})`;
}
