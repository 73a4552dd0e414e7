import type { Explanation, Warning } from "#jobs/explanation";
import { known } from "#jobs/known";
import { cut, oneLine, visible } from "#text/clean";
import type { Log } from "./description.ts";
import type { Texts } from "./texts.ts";

const MAX_CAUSE = 500;
const MAX_WARNINGS = 5;
const MAX_WARNING = 240;
const MAX_LINES = 20;
const MAX_LINE = 400;

/** Why, in one line; nothing where pods tell nothing but a log. */
export function causeOf({ pod, cause }: Texts, explanation: Explanation): string | undefined {
  const { exitCode, signal } = explanation;
  const [reason, message, replica, name] = [
    ...[explanation.reason, explanation.message, explanation.replica, explanation.pod],
  ].map((text) => oneLine(text ?? "") || undefined);
  if (reason === undefined && exitCode === undefined && signal === undefined) return message && cut(message, MAX_CAUSE);
  const given = { exitCode, signal: oneLine(signal ?? "") || undefined, reason, message };
  return cut(cause({ who: pod(replica, name), ...known(given) }), MAX_CAUSE);
}

/** The last warnings, a line each: `FailedScheduling ×12: 0/5 nodes are available`. */
export function warningsOf({ marks }: Texts, { warnings = [] }: Explanation): readonly string[] {
  return warnings.slice(-MAX_WARNINGS).map((warning) => cut(lineOf(warning, marks.colon), MAX_WARNING));
}

function lineOf({ reason, message, count = 1 }: Warning, colon: string): string {
  const head = `${oneLine(reason)}${count > 1 ? ` ×${count}` : ""}`;
  return [head, oneLine(message)].filter((part) => part !== "").join(colon);
}

function lineOfLog(line: string): string {
  return cut(
    visible(line.slice(0, 2 * MAX_LINE))
      .replaceAll("\n", " ")
      .trimEnd(),
    MAX_LINE,
  );
}

/** The end of the log, and whose it is. */
export function logOf({ labels, logOf: titled }: Texts, { log = [], pod, container }: Explanation): Log | undefined {
  const lines = log
    .slice(-MAX_LINES)
    .map(lineOfLog)
    .filter((line) => line !== "");
  const where = [pod, container].map((part) => oneLine(part ?? "")).filter((part) => part !== "");
  const title = where.length === 0 ? labels.log : titled(cut(where.join("/"), MAX_WARNING));
  return lines.length === 0 ? undefined : { title, lines };
}

/** Of lines the last that fit into `max` characters as `write` gives them, a newline behind each: none where not even the last one does. */
export function lastLines(
  lines: readonly string[],
  max: number,
  write: (line: string) => string = (line) => line,
): readonly string[] {
  const kept: string[] = [];
  let left = max;
  for (const line of lines.toReversed()) {
    const written = write(line);
    left -= written.length + 1;
    if (left < 0) break;
    kept.unshift(written);
  }
  return kept;
}
