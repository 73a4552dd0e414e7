import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What stands between the marks `<!-- bench: name -->` and `<!-- end -->` of a document. Throws where they are missing. */
export function readBetween(document: string, name: string): string {
  const { text, start, stop } = placeOf(document, name);
  return text.slice(start, stop);
}

/** Replaces what stands there. */
export function writeBetween(document: string, name: string, content: string): void {
  const { path, text, start, stop } = placeOf(document, name);
  writeFileSync(path, `${text.slice(0, start)}\n\n${content}\n\n${text.slice(stop)}`);
}

function placeOf(document: string, name: string) {
  const path = fileURLToPath(new URL(`../${document}`, import.meta.url));
  const text = readFileSync(path, "utf8");
  const begin = `<!-- bench: ${name} -->`;
  const start = text.indexOf(begin) + begin.length;
  const stop = text.indexOf("<!-- end -->", start);
  if (start < begin.length || stop < 0) throw new Error(`${document} has no place for ${name}`);
  return { path, text, start, stop };
}
