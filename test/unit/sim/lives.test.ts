import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KINDS, kindNamed } from "#jobs/kinds/registry";
import { jobOf } from "#sim/job-specs";
import { lifeOf, PLANS, type Plan } from "#sim/lives";
import type { Stage } from "#sim/lives/stage";
import { arranged, type KubeObject } from "#sim/objects";
import { LIFECYCLES } from "../../support/lifecycles.ts";

const folder = new URL("../../fixtures/kubernetes-1.36/lifecycles/", import.meta.url);

/** What happened in each recording. */
const RECORDED: Readonly<Record<string, Plan | readonly Stage[]>> = {
  "job-fail": "failure",
  "job-success": "success",
  "job-suspend": ["create-suspended", "resume", "run", "suspend"],
  "pt-never-fail": "failure",
  "pt-onfailure-restart": "restart",
  "pt-success": "success",
  "tf-chief-success": "success",
  "tf-never-fail": "failure",
  "tf-suspend-resume": "suspend",
};

function recordedVersions(name: string): readonly KubeObject[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line).object);
}

/** Every version of a life that begins with this one, a second apart. */
function simulatedVersions(first: KubeObject, plan: Plan | readonly Stage[]): readonly KubeObject[] {
  const versions = [first];
  for (const [index, { change }] of lifeOf(kindOf(first).resource, plan).entries()) {
    if (change === "delete") break;
    const next = structuredClone(versions.at(-1)!);
    change(next, `2026-11-21T01:00:${String(index).padStart(2, "0")}Z`);
    versions.push(next);
  }
  return versions;
}

function kindOf({ kind = "" }: KubeObject) {
  return kindNamed(kind)!;
}

const unrepeated = <T>(values: readonly T[]) =>
  values.filter((value, index) => JSON.stringify(value) !== JSON.stringify(values[index - 1]));

type Condition = { type: string; status: string; reason: string; message: string };

const conditionsOf = ({ status }: KubeObject) =>
  ((status?.conditions ?? []) as Condition[]).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

/** All of a status but its times and the pods' own names. */
const statusOf = (object: KubeObject) =>
  JSON.parse(
    JSON.stringify(arranged(kindOf(object).resource, object).status ?? null, (name, value) =>
      name.endsWith("Time") ? "T" : name === "uncountedTerminatedPods" ? Object.keys(value) : value,
    ),
  );

test("each recorded lifecycle has its simulated life", () => {
  expect(Object.keys(RECORDED).toSorted()).toEqual(LIFECYCLES.toSorted());
});

describe.each(Object.entries(RECORDED))("the simulated life of %s", (name, plan) => {
  const recorded = recordedVersions(name);
  const simulated = simulatedVersions(recorded[0]!, plan);

  test("goes through the recorded conditions, in their order", () => {
    expect(unrepeated(simulated.map(conditionsOf))).toEqual(unrepeated(recorded.map(conditionsOf)));
  });

  test("is read as the same steps, version by version", () => {
    const stepsOf = (object: KubeObject) =>
      kindOf(object)
        .read(object)
        .steps.map(({ type }) => type);
    expect(unrepeated(simulated.map(stepsOf))).toEqual(unrepeated(recorded.map(stepsOf)));
  });
});

// In the others a controller was slower or faster than its pods, so that one version counts several of them.
test.each([
  "job-fail",
  "job-success",
  "job-suspend",
  "pt-never-fail",
  "pt-success",
  "tf-never-fail",
  "tf-suspend-resume",
])("%s has the recorded statuses, field by field, in all but times", (name) => {
  const recorded = recordedVersions(name);
  const simulated = simulatedVersions(recorded[0]!, RECORDED[name]!);
  expect(unrepeated(simulated.map(statusOf))).toEqual(unrepeated(recorded.map(statusOf)));
});

describe.each(KINDS)("a $resource.kind", ({ resource, read }) => {
  const ends: readonly (readonly [Plan, string | undefined])[] = [
    ["success", "Succeeded"],
    ["failure", "Failed"],
    ["restart", "Succeeded"],
    ["suspend", "Succeeded"],
    ["deletion", "Running"],
  ];

  test.each(ends)("whose plan is %s ends as %s", (plan, end) => {
    const first = bornOf(resource.kind, PLANS[plan][0] === "create-suspended");
    const last = read(simulatedVersions(first, plan).at(-1));
    expect(last.steps.at(-1)?.type).toBe(end);
  });

  test("that is deleted goes in its last moment", () => {
    expect(lifeOf(resource, "deletion").at(-1)?.change).toBe("delete");
  });
});

test("a job that is suspended before it ran shows no trace of a run", () => {
  const last = simulatedVersions(bornOf("TFJob", false), ["create", "suspend"]).at(-1)!;
  expect(conditionsOf(last)).toEqual(["Created=True TFJobCreated", "Suspended=True TFJobSuspended"]);
});

test("a batch Job that runs a pod again counts the failed one to its end", () => {
  const last = simulatedVersions(bornOf("Job", false), ["create", "run", "restart", "run", "fail"]).at(-1)!;
  expect(last.status).toMatchObject({ failed: 2, ready: 0 });
});

test("a job without workers fails and comes back by its leader", () => {
  const job = bornOf("PyTorchJob", false);
  job.spec = { pytorchReplicaSpecs: { Master: { replicas: 1 } } };
  const versions = simulatedVersions(job, ["create", "run", "restart-primary", "run", "succeed"]);
  const steps = kindNamed("PyTorchJob")!
    .read(versions.at(-1))
    .steps.map(({ type }) => type);
  expect(steps).toEqual(["Created", "Running", "Succeeded"]);
  expect(versions.flatMap(conditionsOf)).toContain("Restarting=True PyTorchJobRestarting");
});

function bornOf(kind: string, suspend: boolean): KubeObject {
  const { resource } = kindNamed(kind)!;
  const job = jobOf(resource, { name: "a", namespace: "b", labels: {}, workers: 2, suspend });
  const metadata = { ...job.metadata, uid: "u-1", resourceVersion: "1", creationTimestamp: "2026-11-21T01:00:00Z" };
  return { apiVersion: `${resource.group}/v1`, kind, ...job, metadata };
}
