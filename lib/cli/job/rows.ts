import type { Seconds, Snapshot } from "#jobs/job";
import { readObject } from "#polling/read-object";
import { duration, replicasInWords } from "#words/words";
import { table } from "../table.ts";
import type { Found } from "./output.ts";

/** A line of a table of jobs, and what is wrong with an object that is none. */
export interface Row {
  readonly cells: readonly string[];
  readonly complaint?: string;
}

/** One job as the kind's own reader understands it. */
export function rowOf({ kind, object }: Found, now: Seconds): Row {
  const { kind: name } = kind.resource;
  const seen = readObject(kind, object);
  switch (seen.type) {
    case "job": {
      const { snapshot } = seen;
      const age = ageOf(object, now);
      return { cells: [snapshot.namespace, name, snapshot.name, stateOf(snapshot), replicasOf(snapshot), age] };
    }
    case "unreadable": {
      const [namespace = "", ...rest] = (seen.key ?? "").split("/");
      const complaint = `cannot read ${seen.key ?? `a ${name}`}: ${seen.why}`;
      return { cells: [namespace, name, rest.join("/"), "unreadable", "", ageOf(object, now)], complaint };
    }
    default:
      return seen satisfies never;
  }
}

const HEADINGS = ["NAMESPACE", "KIND", "NAME", "STATE", "REPLICAS", "AGE"];

/** Jobs in lines. The namespace is shown where there may be several. */
export function tableOf(rows: readonly Row[], { namespaces }: { readonly namespaces: boolean }): readonly string[] {
  const from = namespaces ? 0 : 1;
  return table(
    HEADINGS.slice(from),
    rows.map(({ cells }) => cells.slice(from)),
  );
}

/** What a job went through, step by step, as far as it still shows. */
export function historyOf({ kind, object }: Found): readonly string[] {
  const seen = readObject(kind, object);
  const steps = seen.type === "job" ? seen.snapshot.steps : [];
  return table(
    ["EVENT", "AT", "REASON", "MESSAGE"],
    steps.map(({ type, at, reason = "", message = "" }) => [type, timeOf(at), reason, message]),
  );
}

function timeOf(at: Seconds): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

function stateOf({ steps }: Snapshot): string {
  return steps.at(-1)?.type ?? "";
}

function replicasOf({ replicas }: Snapshot): string {
  return replicasInWords(replicas);
}

function ageOf(object: unknown, now: Seconds): string {
  const { metadata } = object as { metadata?: { creationTimestamp?: unknown } };
  const createdAt = Date.parse(String(metadata?.creationTimestamp)) / 1000;
  return Number.isNaN(createdAt) ? "" : duration(now - createdAt);
}
