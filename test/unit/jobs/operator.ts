import fc from "fast-check";
import type { Snapshot } from "#jobs/job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { object, time } from "./objects.ts";

/** One entry of a job's conditions. */
interface Written {
  readonly type: string;
  readonly status: string;
  readonly at: number;
  readonly reason?: string;
}

type Move = "run" | "restart" | "suspend" | "resume" | "succeed" | "fail" | "fail-after-success" | "touch";

/** What the operator may do next; `touch` writes a version in which no condition changes. */
const NEXT: Readonly<Record<string, readonly Move[]>> = {
  new: ["run", "suspend", "succeed", "fail"],
  run: ["restart", "suspend", "succeed", "fail", "touch"],
  restart: ["run", "suspend", "fail", "touch"],
  suspend: ["resume", "touch"],
  resume: ["run", "suspend", "succeed", "fail", "touch"],
  succeed: ["touch", "fail-after-success"],
  fail: ["touch"],
  "fail-after-success": ["touch"],
};

interface Life {
  /** Every version, in the order in which they were written. */
  readonly versions: readonly Snapshot[];
  /** What was done, in order, as often as it was done. */
  readonly moves: readonly Move[];
  /** The conditions of the last version, for whoever wants to write them in another order. */
  readonly conditions: readonly Written[];
}

interface Options {
  /** The least number of seconds between two writes: 0 puts several into one second. */
  readonly minGap: number;
  /** A suspension may begin a second after the trace that it leaves in Running. */
  readonly skew: boolean;
}

/** The life of a job as the training operator writes it: any course, of up to ten versions. */
export function life({ minGap, skew }: Options): fc.Arbitrary<Life> {
  const step = fc.record({ choice: fc.nat(100), gap: fc.integer({ min: minGap, max: 3 }), late: fc.boolean() });
  return fc.array(step, { maxLength: 9 }).map((steps) => {
    let now = 1;
    let last = "new";
    let written: readonly Written[] = [{ type: "Created", status: "True", at: now }];
    const moves: Move[] = [];
    const all = [[], written];
    for (const { choice, gap, late } of steps) {
      const choices = NEXT[last] ?? [];
      const move = choices[choice % choices.length] ?? "touch";
      now += gap;
      written = writtenBy(move, written, now, skew && late ? 1 : 0);
      if (skew && late) now += 1;
      all.push([...written]);
      moves.push(move);
      if (move !== "touch") last = move;
    }
    return { versions: all.map(readVersion), moves, conditions: written };
  });
}

/** A version of the job with these conditions. */
export function readVersion(written: readonly Written[], version = 0): Snapshot {
  const conditions = written.map(({ type, status, at, reason }) => ({
    ...{ type, status, reason: reason ?? `TFJob${type}` },
    lastTransitionTime: time(at),
  }));
  const status = version === 0 && written.length === 0 ? undefined : { conditions };
  return tfJob.read(object(status, { resourceVersion: String(100 + version) }));
}

function writtenBy(move: Move, before: readonly Written[], at: number, late: number): readonly Written[] {
  switch (move) {
    case "touch":
      return before;
    case "run":
      return put(before, { type: "Running", status: "True", at }, "Restarting");
    case "restart":
      return put(before, { type: "Restarting", status: "True", at }, "Running");
    case "suspend":
      return put(stopped(before, at), { type: "Suspended", status: "True", at: at + late });
    case "resume":
      return put(before, { type: "Suspended", status: "False", at, reason: "TFJobResumed" });
    case "succeed":
      return put(over(before), { type: "Succeeded", status: "True", at });
    case "fail":
    case "fail-after-success":
      return put(over(before), { type: "Failed", status: "True", at });
    default:
      return move satisfies never;
  }
}

/** A condition that is written moves to the end, and may drive out another one. */
function put(before: readonly Written[], next: Written, drivenOut?: string): readonly Written[] {
  return [...before.filter(({ type }) => type !== next.type && type !== drivenOut), next];
}

function stopped(before: readonly Written[], at: number): readonly Written[] {
  if (!before.some(({ type, status }) => type === "Running" && status === "True")) return before;
  return put(before, { type: "Running", status: "False", at, reason: "TFJobSuspended" });
}

/** The end of a job turns Running False and leaves its time. */
function over(before: readonly Written[]): readonly Written[] {
  return before.map((each) => (each.type === "Running" ? { ...each, status: "False" } : each));
}
