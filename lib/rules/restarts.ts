import type { Seconds } from "#jobs/job";
import type { Course, Crossing, Look } from "./look.ts";
import type { Restarts } from "./rule.ts";

type Since = Seconds | undefined;

/** More are not counted one by one: a Job of many pods may lose all of them at once. */
const MOST_COUNTED = 1000;
/** More than any rule allows. */
const MOST_KEPT = 100;

/** How often a job was restarted of late. */
export function restartsOf(limit: Restarts, look: Look): Course {
  const times = timesOf(look);
  let raisedAt = look.before?.rules?.raised?.restarts?.at;
  let endedAt: Since;
  for (const [index, at] of times.entries()) {
    const until = untilOf(limit, times, index);
    if (raisedAt !== undefined && until !== undefined && until <= at) {
      endedAt ??= until;
      raisedAt = undefined;
    }
    if ((untilOf(limit, times, index + 1) ?? at) > at) raisedAt ??= at;
  }
  return courseOf(limit, look, times, raisedAt, endedAt);
}

function courseOf(limit: Restarts, look: Look, times: readonly Seconds[], raisedAt: Since, endedAt: Since): Course {
  const over = { crossing: undefined, endsAt: undefined, kept: keptOf(limit, look, times, false) };
  if (raisedAt === undefined) return { ...over, endedAt };
  // Where more are allowed than there are, by a rule that was changed meanwhile, it is over since the last of them.
  const endsAt = untilOf(limit, times, times.length) ?? Math.max(raisedAt, ...times);
  if (endsAt <= look.asOf) return { ...over, endedAt: endedAt ?? endsAt };
  const kept = keptOf(limit, look, times, raisedAt <= look.asOf);
  return { endedAt, crossing: crossingOf(limit, times, raisedAt), endsAt, kept };
}

/** Until when the first `count` of them are too many, if they ever are. */
function untilOf({ moreThan, withinSeconds }: Restarts, times: readonly Seconds[], count: number): Since {
  const first = times[count - 1 - moreThan];
  return first === undefined ? undefined : first + withinSeconds;
}

function crossingOf({ withinSeconds }: Restarts, times: readonly Seconds[], at: Seconds): Crossing {
  const counted = times.filter((each) => each <= at && each > at - withinSeconds);
  return { since: Math.min(at, ...counted), at, restarts: counted.length };
}

/** When it was restarted, the oldest first. A pod's failure has no time of its own: it is taken to be when it was noticed. */
function timesOf({ before, steps, after, noted, now, unwatched }: Look): readonly Seconds[] {
  const known = before?.rules?.restarts ?? [];
  const taken = steps.filter(({ type }) => type === "Restarting").map(({ at }) => at);
  const { Restarting: last } = after.seen;
  const news = new Set([...taken, ...(last === undefined ? [] : [last])]);
  const failed = before === undefined ? 0 : before.rules?.retries;
  const more = unwatched || failed === undefined ? 0 : (noted?.retries ?? failed) - failed;
  const replaced = Array<Seconds>(Math.max(0, Math.min(more, MOST_COUNTED))).fill(now);
  return [...known, ...[...news].filter((at) => !known.includes(at)), ...replaced].sort((a, b) => a - b);
}

function keptOf(
  { moreThan, withinSeconds }: Restarts,
  { before, noted, asOf }: Look,
  times: readonly Seconds[],
  isRaised: boolean,
): Course["kept"] {
  const recent = times.filter((at) => at > asOf - withinSeconds).slice(isRaised ? -1 - moreThan : -MOST_KEPT);
  const retries = noted?.retries ?? before?.rules?.retries;
  return { ...(recent.length > 0 && { restarts: recent }), ...(retries !== undefined && { retries }) };
}
