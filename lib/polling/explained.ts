import type { Cluster } from "#cluster/cluster";
import type { Right } from "#explain/asking";
import { explain } from "#explain/explain";
import type { EventType, JobEvent } from "#jobs/event";
import { isPattern } from "#jobs/namespaces";
import type { PollServices } from "./turn.ts";
import type { Watch } from "./watch.ts";

const EXPLAINED: readonly EventType[] = ["Failed", "Stalled"];

const WITHIN_MS = 5000;
const AT_ONCE = 4;
/** A tick that finds more than that has found a storm, which is no time for details; one that is held is given as many a minute. */
const MOST_A_MINUTE = 20;

/** Adds to an event why it happened, where its watch wants to know and that can be found out, within five seconds. Throws an abort, and nothing else. */
export function openExplained(
  cluster: Cluster,
  { now, onAdvice = () => {} }: Pick<PollServices, "now" | "onAdvice">,
  signal: AbortSignal,
  timeout: () => AbortSignal = () => AbortSignal.timeout(WITHIN_MS),
): (watch: Watch, event: JobEvent) => Promise<JobEvent> {
  const limits = new Map<Watch, ReturnType<typeof openLimits>>();
  return async (watch, event) => {
    if (!watch.explain || !isExplained(event)) return event;
    const limit = limits.get(watch) ?? openLimits(now);
    limits.set(watch, limit);
    if (!limit.mayBegin()) return event;
    const onForbidden = (right: Right) => onAdvice(watch, adviceOn(watch, right));
    // Who waits for a turn waits no longer for it.
    const until = AbortSignal.any([signal, timeout()]);
    const explanation = await limit.inTurn(() => explain({ cluster, now, onForbidden }, event, until));
    signal.throwIfAborted();
    return explanation === undefined ? event : { ...event, explanation };
  };
}

/** A suspended job has no pods, and whoever suspended it knows why. */
function isExplained({ event, rule }: JobEvent): boolean {
  return EXPLAINED.includes(event) && rule?.type !== "suspendedFor";
}

/** What to do about a refusal, in one line. */
function adviceOn({ namespace }: Watch, [verb, resource]: Right): string {
  const role = isPattern(namespace) ? "ClusterRole" : "Role";
  const rule = `the verb "${verb}" on resource "${resource}" of apiGroup ""`;
  return `the server refuses to show ${resource}, so messages do not tell what they say of a failure: give the account's ${role} ${rule}, or say explain: false`;
}

function openLimits(now: () => number) {
  const turns: Promise<unknown>[] = Array.from({ length: AT_ONCE }, async () => {});
  let [minute, begun] = [now(), 0];
  return {
    mayBegin(): boolean {
      if (now() - minute >= 60_000) [minute, begun] = [now(), 0];
      begun += 1;
      return begun <= MOST_A_MINUTE;
    },
    async inTurn<T>(act: () => Promise<T>): Promise<T> {
      const mine = (turns.shift() ?? Promise.resolve()).then(act);
      turns.push(mine.catch(() => {}));
      return mine;
    },
  };
}
