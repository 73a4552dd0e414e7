import type { TickResult } from "#polling/tick";
import { type Watch, watchName } from "#polling/watch";

/** What a person should know of how a watch went, one line each. */
function complaintsOf(watch: Watch, result: TickResult): readonly string[] {
  const name = watchName(watch);
  switch (result.state) {
    case "read":
      return result.unreadable.map((what) => `warning: ${name}: left out ${what}`);
    case "busy":
      return [];
    case "not-installed":
      return [`warning: ${name}: ${result.message}`];
    case "failed":
      return [`error: ${name}: ${result.message}`];
    default:
      return result satisfies never;
  }
}

/** Says each complaint when it comes up, and again only after it was gone: a cluster that is down for a night is one line, not a thousand. */
export function complainOnChange(complain: (line: string) => void): (watch: Watch, result: TickResult) => void {
  const standing = new Map<Watch, readonly string[]>();
  return (watch, result) => {
    // Somebody else reads them, and says what is to be said.
    if (result.state === "busy") return;
    const before = standing.get(watch) ?? [];
    const lines = complaintsOf(watch, result);
    standing.set(watch, lines);
    for (const line of lines.filter((each) => !before.includes(each))) complain(line);
    if (before.length > 0 && lines.length === 0) complain(`${watchName(watch)}: all is well again`);
  };
}
