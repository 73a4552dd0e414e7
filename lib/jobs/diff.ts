import { isFinished, type Memory, type Seconds, type Snapshot, type Step, type StepType } from "./job.ts";

/** A step that nobody was told of yet, with what the job looked like when it was noticed. */
export interface Transition {
  readonly type: StepType | "Vanished";
  readonly at: Seconds;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly previous: { readonly type: StepType; readonly at: Seconds } | undefined;
  readonly job: Pick<Snapshot, "namespace" | "name" | "uid" | "labels" | "annotations" | "replicas" | "startedAt">;
}

/** The transitions that lead from what is remembered of a job to what it shows now, in the order in which they happened. */
export function diff(before: Memory | undefined, after: Snapshot): readonly Transition[] {
  const { known, news } = newsOf(before, after);
  return news.map((step, index) => {
    const previous = news[index - 1] ?? known?.last;
    return { ...step, previous: previous && { type: previous.type, at: previous.at }, job: after };
  });
}

/**
 * A job that is gone: `Vanished`, unless it was finished, for then its deletion is no news. `at` is when it was
 * noticed, the only time that is known.
 */
export function vanish(
  before: Memory,
  { namespace, name }: Pick<Snapshot, "namespace" | "name">,
  at: Seconds,
): readonly Transition[] {
  if (isFinished(before)) return [];
  const { annotations = {} } = before;
  const job = { ...before, annotations, namespace, name };
  return [{ type: "Vanished", at, reason: undefined, message: undefined, previous: before.last, job }];
}

/** What to remember after a look at a job; what rules remember is as it was. */
export function remember(before: Memory | undefined, after: Snapshot): Memory {
  const { known, news } = newsOf(before, after);
  const { uid, resourceVersion, labels, annotations, replicas, startedAt } = after;
  const seen = { ...known?.seen, ...Object.fromEntries(news.map(({ type, at }) => [type, at])) };
  const last = news.at(-1);
  return {
    uid,
    resourceVersion,
    labels,
    ...(Object.keys(annotations).length > 0 && { annotations }),
    replicas,
    startedAt,
    seen,
    last: last ? { type: last.type, at: last.at } : known?.last,
    ...(known?.rules && { rules: known.rules }),
  };
}

/** The steps that are not remembered yet, and what is remembered: nothing, where the name is another job's now. */
function newsOf(before: Memory | undefined, after: Snapshot) {
  const known = before?.uid === after.uid ? before : undefined;
  return { known, news: after.steps.filter((step) => isNews(step, known)) };
}

/**
 * Not "later than": a controller that moved to a node whose clock is behind writes a smaller time, and that is news
 * all the same. Only an inferred step must be later, since its time may differ a little from the one that was said.
 */
function isNews(step: Step, known: Memory | undefined): boolean {
  const seenAt = known?.seen[step.type];
  if (seenAt === undefined) return true;
  return step.inferred ? step.at > seenAt : step.at !== seenAt;
}
