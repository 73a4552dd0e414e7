import type { TickResult } from "#polling/tick";
import { type Watch, watchName } from "#polling/watch";

/** What a person should know of how a watch went, one line each. */
export function warningsOf(watch: Watch, result: TickResult): readonly string[] {
  const name = watchName(watch);
  switch (result.state) {
    case "read":
      return result.unreadable.map((what) => `${name}: left out ${what}`);
    case "busy":
      return [`${name}: another process is reading them`];
    case "not-installed":
    case "failed":
      return [`${name}: ${result.message}`];
    default:
      return result satisfies never;
  }
}

/** Says each warning when it comes up, and again only after it was gone: a cluster that is down for a night is one line, not a thousand. */
export function warnOnChange(warn: (line: string) => void): (watch: Watch, result: TickResult) => void {
  const standing = new Map<Watch, readonly string[]>();
  return (watch, result) => {
    const before = standing.get(watch) ?? [];
    const lines = warningsOf(watch, result);
    standing.set(watch, lines);
    for (const line of lines.filter((each) => !before.includes(each))) warn(line);
    if (before.length > 0 && lines.length === 0) warn(`${watchName(watch)}: all is well again`);
  };
}
