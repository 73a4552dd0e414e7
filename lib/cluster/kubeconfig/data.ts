import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { KubeconfigError } from "./error.ts";

/** An absolute path: what is relative in a kubeconfig starts from its own folder. */
export function pathIn(file: string, path: string): string {
  return resolve(dirname(file), path);
}

/** A PEM that stands in a kubeconfig itself (`<key>-data`, base64) or in a file of its own (`<key>`); the former wins. */
export async function readPem<Key extends string>(
  file: string,
  where: string,
  key: Key,
  values: { readonly [K in Key | `${Key}-data`]: string | undefined },
): Promise<string | undefined> {
  const data: string | undefined = values[`${key}-data`];
  const path: string | undefined = values[key];
  if (data !== undefined) return decode(file, `${where}.${key}-data`, data);
  return path === undefined ? undefined : readBeside(file, `${where}.${key}`, path);
}

async function readBeside(file: string, where: string, path: string): Promise<string> {
  const absolute = pathIn(file, path);
  return readFile(absolute, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : "unknown";
    throw new KubeconfigError("missing", file, `${where} names the file ${absolute}, which cannot be read (${code})`);
  });
}

function decode(file: string, where: string, data: string): string {
  const text = Buffer.from(data, "base64").toString("utf8");
  if (text.includes("-----BEGIN ")) return text;
  throw new KubeconfigError("invalid", file, `${where} is no PEM in base64`);
}
