import { describe, expect, test } from "vitest";
import { diff, remember, vanish } from "#jobs/diff";
import { isFinished, type Memory, type Snapshot } from "#jobs/job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { conditions, object, snapshot, T0, words } from "./objects.ts";

/** What is said of each version in turn, by one poller. */
function said(versions: readonly Snapshot[]): readonly string[] {
  let memory: Memory | undefined;
  return versions.map((version) => {
    const news = words(diff(memory, version));
    memory = remember(memory, version);
    return news;
  });
}

const version = (text: string) => tfJob.read(object({ conditions: conditions(text) }));

describe("what one poller says of one version after the other:", () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ["nothing of a job without status, then that it was created", ["", "Created=True@1"], ["", "Created@1"]],
    ["each step once", ["Created=True@1", "Created=True@1 Running=True@3"], ["Created@1", "Running@3"]],
    [
      "what was missed, in order",
      ["Created=True@1", "Created=True@1 Running=False@3 Succeeded=True@9"],
      ["Created@1", "Running@3 Succeeded@9"],
    ],
    [
      "a restart",
      ["Running=True@3", "Restarting=True@5", "Running=True@8"],
      ["Running@3", "Restarting@5", "Running@8"],
    ],
    [
      "a restart between two looks: only the time of Running grows",
      ["Running=True@3", "Running=True@8"],
      ["Running@3", "Running@8"],
    ],
    [
      "a run that a clock which went back dates earlier",
      ["Running=True@30", "Running=True@8"],
      ["Running@30", "Running@8"],
    ],
    [
      "nothing, when a condition moves in the array",
      ["Created=True@1 Running=True@3", "Running=True@3 Created=True@1"],
      ["Created@1 Running@3", ""],
    ],
    ["nothing, when Running turns False without an end", ["Running=True@3", "Running=False@3"], ["Running@3", ""]],
    [
      "a suspension once, though its trace stays when it is over",
      [
        "Running=False@4!JobSuspended Suspended=True@4",
        "Running=False@4!JobSuspended Suspended=False@9",
        "Suspended=False@9 Running=True@11",
      ],
      ["Suspended@4", "Resumed@9", "Running@11"],
    ],
    [
      "a suspension once, though its trace is a second older",
      ["Running=False@3!JobSuspended Suspended=True@4", "Running=False@3!JobSuspended Suspended=False@9"],
      ["Suspended@4", "Resumed@9"],
    ],
    [
      "a second suspension that only its trace shows",
      ["Running=False@4!JobSuspended Suspended=True@4", "Running=False@20!JobSuspended Suspended=False@29"],
      ["Suspended@4", "Suspended@20 Resumed@29"],
    ],
    [
      "a failure after a success: the chief ended before a worker failed",
      ["Running=False@3 Succeeded=True@9", "Running=False@3 Succeeded=True@9 Failed=True@9"],
      ["Running@3 Succeeded@9", "Failed@9"],
    ],
    ["nothing new of a finished job", ["Succeeded=True@9", "Succeeded=True@9"], ["Succeeded@9", ""]],
  ])("%s", (_, versions, expected) => {
    expect(said(versions.map(version))).toEqual(expected);
  });

  test("everything of a job of the same name with another uid", () => {
    const old = snapshot("Created@1 Running@3 Succeeded@9");
    const young = snapshot("Created@1 Running@3", { uid: "uid-2" });
    expect(said([old, young])).toEqual(["Created@1 Running@3 Succeeded@9", "Created@1 Running@3"]);
    expect(remember(remember(undefined, old), young)).toEqual(remember(undefined, young));
    expect(isFinished(remember(remember(undefined, old), young))).toBe(false);
  });
});

describe("a transition", () => {
  test("knows the step before it, remembered or in the same look", () => {
    const memory = remember(undefined, snapshot("Created@1"));
    const [running, failed] = diff(memory, snapshot("Created@1 Running@3 Failed@7"));
    expect(running?.previous).toEqual({ type: "Created", at: T0 + 1 });
    expect(failed?.previous).toEqual({ type: "Running", at: T0 + 3 });
    expect(diff(undefined, snapshot("Created@1"))[0]?.previous).toBeUndefined();
  });

  test("knows no step of the job that had its name before", () => {
    const memory = remember(undefined, snapshot("Created@1 Running@3"));
    expect(diff(memory, snapshot("Created@9", { uid: "uid-2" }))[0]?.previous).toBeUndefined();
  });

  test("shows the job as it was when it was noticed", () => {
    const job = snapshot("Created@1", { labels: { team: "vision" }, startedAt: T0 + 1 });
    expect(diff(undefined, job)[0]?.job).toMatchObject({ uid: "uid-1", labels: { team: "vision" }, startedAt: T0 + 1 });
  });
});

describe("what is remembered", () => {
  test("is the latest time of each step, the last step, and the job as it is", () => {
    const first = snapshot("Created@1 Running@3", { labels: { a: "1" }, startedAt: T0 + 1 });
    const worker = { Worker: { active: 1, succeeded: 0, failed: 0 } };
    const second = snapshot("Created@1 Restarting@5", { resourceVersion: "2", replicas: worker });
    expect(remember(remember(undefined, first), second)).toEqual({
      uid: "uid-1",
      resourceVersion: "2",
      labels: {},
      replicas: worker,
      startedAt: undefined,
      seen: { Created: T0 + 1, Running: T0 + 3, Restarting: T0 + 5 },
      last: { type: "Restarting", at: T0 + 5 },
    });
  });

  test("has the annotations of the last look, and none where there were none", () => {
    const annotations = { "jobbell.dev/notify": "Failed" };
    const memory = remember(undefined, snapshot("Created@1", { annotations }));
    expect(memory.annotations).toEqual(annotations);
    expect(remember(memory, snapshot("Created@1"))).not.toHaveProperty("annotations");
    expect(vanish(memory, { namespace: "ml", name: "mnist" }, T0)[0]?.job.annotations).toEqual(annotations);
  });

  test("keeps the last step where a version shows none", () => {
    const memory = remember(remember(undefined, snapshot("Created@1")), snapshot(""));
    expect(memory.last).toEqual({ type: "Created", at: T0 + 1 });
    expect(remember(undefined, snapshot("")).last).toBeUndefined();
  });
});

describe("a job that is gone", () => {
  const key = { namespace: "ml", name: "mnist" };

  test.each(["", "Created@1", "Created@1 Running@3", "Created@1 Suspended@4", "Created@1 Restarting@5"])(
    "has vanished, where nothing but %j was seen of it",
    (steps) => {
      const memory = remember(undefined, snapshot(steps));
      const [gone, ...rest] = vanish(memory, key, T0 + 60);
      expect(rest).toEqual([]);
      expect(gone).toMatchObject({ type: "Vanished", at: T0 + 60, job: { ...key, uid: "uid-1" } });
      expect(gone?.previous).toEqual(memory.last);
    },
  );

  test("is told of as itself, also where another job has its name", () => {
    const memory = remember(undefined, snapshot("Created@1", { labels: { tier: "prod" }, startedAt: T0 + 1 }));
    const [gone] = vanish(memory, snapshot("Created@9", { uid: "uid-2", labels: { tier: "test" } }), T0 + 60);
    expect(gone?.job).toMatchObject({ ...key, uid: "uid-1", labels: { tier: "prod" }, startedAt: T0 + 1 });
  });

  test.each(["Created@1 Succeeded@9", "Created@1 Running@3 Failed@9"])("is no news after %s", (steps) => {
    expect(vanish(remember(undefined, snapshot(steps)), key, T0 + 60)).toEqual([]);
  });
});
