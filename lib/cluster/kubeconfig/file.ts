import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import type * as z from "zod";
import { KubeconfigError } from "./error.ts";
import { Kubeconfig } from "./schema.ts";

/** An entry and the file that it stands in: what relative paths start from. */
export interface Found<T> {
  readonly file: string;
  readonly value: T;
}

/** One kubeconfig, or `undefined` where there is no such file. */
export async function readKubeconfig(file: string): Promise<Found<Kubeconfig> | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  return readEntry(file, "", Kubeconfig, parseYaml(file, text) ?? {});
}

/** Checks a part of a kubeconfig; `where` is what an error calls it. */
export function readEntry<T>(file: string, where: string, schema: z.ZodType<T>, entry: unknown): Found<T> {
  const read = schema.safeParse(entry);
  if (read.success) return { file, value: read.data };
  const [issue] = read.error.issues;
  const place = [where, ...(issue?.path ?? [])].filter((part) => part !== "").join(".");
  throw new KubeconfigError("invalid", file, `${place || "the whole"} is wrong: ${issue?.message}`);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "unknown";
    if (code === "ENOENT") return undefined;
    throw new KubeconfigError("unreadable", file, `cannot be read (${code})`);
  }
}

// Messages of the parser quote the text, and with it the secrets: only the place and the parser's code go on.
function parseYaml(file: string, text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "silent" });
  const [error] = document.errors;
  if (error === undefined) return toPlain(file, document);
  const { line, col } = lineCounter.linePos(error.pos[0]);
  throw new KubeconfigError("invalid", file, `line ${line}, column ${col} is no YAML (${error.code})`);
}

function toPlain(file: string, document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch {
    throw new KubeconfigError("invalid", file, "has an alias that leads nowhere, or to too much");
  }
}
