import type { EventType } from "#jobs/event";
import type { Snapshot } from "#jobs/job";
import { includes } from "#jobs/namespaces";
import { type Watch, watchName } from "#polling/watch";
import { pairsOf } from "../pairs.ts";
import type { Plan, PlanInput, PlanOptions } from "./input.ts";
import { imaginedEvent, plannedEvent } from "./planned.ts";

/** Who would hear of one event that did not happen, of each watch that its job would belong to. */
export async function imagined(input: PlanInput, type: EventType): Promise<Plan> {
  const { watches, options, now } = input;
  const [example] = watches;
  if (example === undefined) return { planned: [], jobs: 0, remarks: [unwatched(options)] };
  const namespace = options.namespace ?? exampleOf(example.namespace);
  const kind = example.kind.resource.kind;
  const { cluster } = example;
  const theirs = watches.filter(
    (watch) => watch.kind.resource.kind === kind && watch.cluster === cluster && includes(watch, namespace),
  );
  const job = { namespace, ...snapshotOf(options) };
  const at = Math.floor(now / 1000);
  const planned = theirs.map((watch) =>
    plannedEvent(watch, imaginedEvent(watch, type, withKnown(watch, job), at), input),
  );
  const remarks = theirs.length === 0 ? [unwatched({ ...options, namespace })] : theirs.flatMap(selectorOf);
  return { planned, jobs: 1, remarks };
}

/** A namespace that a pattern matches. */
function exampleOf(pattern: string): string {
  return pattern.replaceAll("*", "example");
}

function snapshotOf({ name = "example", label = [], annotation = [] }: PlanOptions): Omit<Snapshot, "namespace"> {
  return {
    name,
    uid: "00000000-0000-4000-8000-000000000000",
    resourceVersion: "0",
    labels: Object.fromEntries(pairsOf("--label", label)),
    annotations: Object.fromEntries(pairsOf("--annotation", annotation)),
    replicas: {},
    startedAt: undefined,
    steps: [],
  };
}

/** Of annotations a run sees no others. */
function withKnown({ annotations: keys = [] }: Watch, job: Snapshot): Snapshot {
  const known = Object.entries(job.annotations).filter(([key]) => keys.includes(key));
  return { ...job, annotations: Object.fromEntries(known) };
}

function unwatched({ kind = "job", namespace, cluster }: PlanOptions): string {
  const where = [namespace && `namespace ${namespace}`, cluster && `cluster ${cluster}`].filter(Boolean).join(" of ");
  return `the configuration does not watch a ${kind}${where === "" ? "" : ` in ${where}`}: nobody would hear of it`;
}

/** A selector is the API server's to apply. */
function selectorOf(watch: Watch): readonly string[] {
  const selectors = [watch.labelSelector, watch.fieldSelector].filter((each) => each !== undefined);
  return selectors.length === 0 ? [] : [`${watchName(watch)} are only those that ${selectors.join(" and ")} selects`];
}
