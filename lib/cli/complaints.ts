import { adviceOnRefusal } from "#polling/advice";
import type { TickResult } from "#polling/tick";
import { type Watch, watchName } from "#polling/watch";

/** What a person should know of a watch: of its objects, and of how it went. */
interface Complaints {
  readonly objects: readonly string[];
  readonly watch: readonly string[];
}

const NONE: Complaints = { objects: [], watch: [] };

function complaintsOf(watch: Watch, result: TickResult, before: Complaints): Complaints {
  const name = watchName(watch);
  switch (result.state) {
    case "read": {
      const now = result.unreadable.map((what) => `warning: ${name}: left out ${what}`);
      // Where only changes were read, what was wrong with another object is wrong still.
      const objects = result.partial ? [...new Set([...before.objects, ...now])] : now;
      return { objects, watch: result.refused ? [`warning: ${name}: ${adviceOnRefusal(watch)}`] : [] };
    }
    case "busy":
      return before;
    case "not-installed":
      return { objects: [], watch: [`warning: ${name}: ${result.message}`] };
    case "failed":
      return { ...before, watch: [`error: ${name}: ${result.message}`] };
    default:
      return result satisfies never;
  }
}

/** Says each complaint when it comes up, and again only after it was gone: a cluster that is down for a night is one line, not a thousand. */
export function complainOnChange(complain: (line: string) => void): (watch: Watch, result: TickResult) => void {
  const standing = new Map<Watch, Complaints>();
  return (watch, result) => {
    // Somebody else reads them, and says what is to be said.
    if (result.state === "busy") return;
    const before = standing.get(watch) ?? NONE;
    const now = complaintsOf(watch, result, before);
    standing.set(watch, now);
    const [known, lines] = [before, now].map(({ objects, watch: own }) => [...own, ...objects]) as [string[], string[]];
    for (const line of lines.filter((each) => !known.includes(each))) complain(line);
    if (known.length > 0 && lines.length === 0) complain(`${watchName(watch)}: all is well again`);
  };
}

/** Says once of each watch what its account would have to be allowed. */
export function adviseOnce(complain: (line: string) => void): (watch: Watch, advice: string) => void {
  const said = new Set<string>();
  return (watch, advice) => {
    const line = `warning: ${watchName(watch)}: ${advice}`;
    if (said.has(line)) return;
    said.add(line);
    complain(line);
  };
}
