import * as z from "zod";
import type { Memory, ReplicaCount } from "#jobs/job";
import { KEEP } from "../keep.ts";
import { Labels, RuleMemory, StepType } from "../schemas.ts";
import type { Advance, JobRow } from "../store.ts";
import { ttl } from "./conditions.ts";
import { dueList, JOB, jobKey, jobOf } from "./keys.ts";

// There is a row for every job that lives, and DynamoDB bills names as well as values: hence one or two letters.
const Row = z.object({
  sk: z.string().startsWith(JOB),
  /** Version. */
  v: z.number(),
  u: z.string(),
  rv: z.string(),
  /** Labels. */
  l: Labels.default({}),
  /** Replicas by type: active, succeeded, failed, and desired where it is known. */
  r: z
    .record(z.string(), z.union([z.tuple([z.number(), z.number(), z.number()]), z.array(z.number()).length(4)]))
    .default({}),
  /** Started at. */
  t: z.number().optional(),
  /** Steps that were seen. */
  s: z.partialRecord(StepType, z.number()),
  /** The last step, and its time. */
  p: StepType.optional(),
  a: z.number().optional(),
  left: z.literal(true).optional(),
  listedAt: z.number().optional(),
  /** Annotations. */
  n: Labels.optional(),
  /** What rules over time remember. */
  m: RuleMemory.optional(),
});
type Row = z.infer<typeof Row>;

/** The row of a job as it will be after a step. */
export function encodeJob({ watch, key, now }: Advance, version: number, after: NonNullable<Advance["after"]>) {
  return {
    ...jobKey(watch, key),
    v: version,
    ...encodeMemory(after.memory),
    // In the index only while a rule waits for it: most jobs never are.
    ...(after.dueAt !== undefined && { list: dueList(watch), listedAt: after.dueAt }),
    ...(after.left && { left: true, ttl: ttl(now + KEEP.left) }),
  };
}

/** Throws a `ZodError` for a row that is not a job's. */
export function decodeJob(item: unknown): JobRow {
  const row = Row.parse(item);
  const job = { key: jobOf(row.sk), version: row.v, memory: decodeMemory(row) };
  return { ...job, ...(row.listedAt !== undefined && { dueAt: row.listedAt }), ...(row.left && { left: true }) };
}

function encodeMemory({ uid, resourceVersion, labels, annotations, replicas, startedAt, seen, last, rules }: Memory) {
  return {
    u: uid,
    rv: resourceVersion,
    ...(Object.keys(labels).length > 0 && { l: labels }),
    ...(Object.keys(replicas).length > 0 && { r: mapValues(replicas, encodeCount) }),
    ...(startedAt !== undefined && { t: startedAt }),
    s: seen,
    ...(last !== undefined && { p: last.type, a: last.at }),
    ...(annotations !== undefined && { n: annotations }),
    ...(rules !== undefined && { m: rules }),
  };
}

function decodeMemory({ u, rv, l, r, t, s, p, a, n, m }: Row): Memory {
  return {
    uid: u,
    resourceVersion: rv,
    labels: l,
    replicas: mapValues(r, decodeCount),
    startedAt: t,
    seen: s,
    last: p === undefined || a === undefined ? undefined : { type: p, at: a },
    ...(n !== undefined && { annotations: n }),
    ...(m !== undefined && { rules: m }),
  };
}

function encodeCount({ active, succeeded, failed, desired }: ReplicaCount): number[] {
  return desired === undefined ? [active, succeeded, failed] : [active, succeeded, failed, desired];
}

function decodeCount([active = 0, succeeded = 0, failed = 0, desired]: readonly number[]): ReplicaCount {
  return desired === undefined ? { active, succeeded, failed } : { active, succeeded, failed, desired };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
