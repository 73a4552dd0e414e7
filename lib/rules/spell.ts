import type { Memory, RuleMemory, Seconds, Step, StepType } from "#jobs/job";
import type { Course, Look } from "./look.ts";
import type { Duration } from "./rule.ts";

type Type = Duration["type"];
type At = Pick<Step, "type" | "at">;
type Since = Seconds | undefined;

/** A job in one of these does not run, and should: one that does not come back after a restart waits as a new one does. */
const PENDING: readonly StepType[] = ["Created", "Resumed", "Restarting"];

/** What each rule counts from after a step, by what it counted from before. A restart does not end a run. */
const AFTER: Readonly<Record<Type, (since: Since, step: At) => Since>> = {
  pendingFor: (_, { type, at }) => (PENDING.includes(type) ? at : undefined),
  suspendedFor: (_, { type, at }) => (type === "Suspended" ? at : undefined),
  runningFor: (since, { type, at }) => (type === "Running" ? (since ?? at) : type === "Restarting" ? since : undefined),
};

/** How long a job has been in one state. */
export function spellOf({ type, seconds }: Duration, look: Look): Course {
  let since = begin(type, look);
  let endedAt: Since;
  for (const step of look.steps) {
    const next = AFTER[type](since, step);
    // Created follows the object by a second or more: what was new before it is so still.
    if (since !== undefined && (next === undefined || (next !== since && step.type !== "Created"))) endedAt ??= step.at;
    since = next;
  }
  const crossing = since === undefined ? undefined : { since, at: since + seconds };
  return { endedAt, crossing, endsAt: undefined, kept: keptOf(type, since, look) };
}

/** What the rule counted from before the steps; of a job that nobody knew there are none before its first look. */
function begin(type: Type, { before, steps, after, noted }: Look): Since {
  const memory = before ?? (steps.length === 0 ? after : undefined);
  if (memory?.last !== undefined) return type === "runningFor" ? runOf(memory) : AFTER[type](undefined, memory.last);
  return type === "pendingFor" ? (memory?.rules?.createdAt ?? noted?.createdAt) : undefined;
}

/** The first Running of this run, as far as it was seen. */
function runOf({ last, seen, rules }: Memory): Since {
  if (last?.type !== "Running" && last?.type !== "Restarting") return undefined;
  const { Running: ranAt = -1, Resumed: resumedAt = 0 } = seen;
  return rules?.runningSince ?? (ranAt >= resumedAt ? ranAt : undefined);
}

/** Only what the memory of the job does not tell. */
function keptOf(type: Type, since: Since, { after }: Look): Omit<RuleMemory, "raised"> {
  if (since === undefined) return {};
  if (type === "runningFor" && since !== after.seen.Running) return { runningSince: since };
  return type === "pendingFor" && after.last === undefined ? { createdAt: since } : {};
}
