import { maskLines } from "#text/mask";

export const LINES = 20;

// A container runtime breaks a line every 16 kB and the kubelet counts the pieces, so that this holds the last 20 of them.
export const LOG_BYTES = LINES * 17_000;

const LINE_CHARACTERS = 500;
const ALL_BYTES = 4096;

/** The last lines of a log that say something, clean, secrets masked, at most 4 kB in all; none of what is no text. */
export function linesOf(log: Uint8Array | string): readonly string[] {
  const text = typeof log === "string" ? log : new TextDecoder().decode(log);
  const lines = text.split("\n").map(asShown).filter(isText).slice(-LINES);
  const whole = lines.map((line) => line.replaceAll(BROKEN, "?"));
  return endOf(maskLines(whole, LINE_CHARACTERS).filter((line) => line !== ""));
}

function endOf(lines: readonly string[]): readonly string[] {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return bytes <= ALL_BYTES ? lines : endOf(lines.slice(1));
}

/** A progress bar writes one line again and again: what a terminal shows of it is the last. */
function asShown(line: string): string {
  const shown = line.replace(/\r+$/, "");
  return shown.slice(shown.lastIndexOf("\r") + 1).trimEnd();
}

const BROKEN = "\ufffd";

/** Half a letter, where the log was cut, and a foreign one are no harm; what has many is no text, or in no encoding that is known. */
function isText(line: string): boolean {
  const broken = line.split(BROKEN).length - 1;
  return line !== "" && !line.includes("\0") && broken * 10 <= line.length;
}
