import { describe, expect, test } from "vitest";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { conditions, KUBEFLOW, object, T0, time, words } from "./objects.ts";

describe("the conditions of every kind of kubeflow.org/v1 are read alike:", () => {
  test.each([
    // [what, conditions as they stand in the array, steps]
    ["conditions that are null", null, ""],
    ["no conditions yet", "", ""],
    ["Created", "Created=True@1", "Created@1"],
    ["Running", "Created=True@1 Running=True@3", "Created@1 Running@3"],
    ["Restarting, which has driven out Running", "Created=True@1 Restarting=True@5", "Created@1 Restarting@5"],
    ["a run that a restart had interrupted", "Created=True@1 Running=True@9", "Created@1 Running@9"],
    ["success", "Created=True@1 Running=False@3 Succeeded=True@7", "Created@1 Running@3 Succeeded@7"],
    ["failure", "Created=True@1 Running=False@3 Failed=True@7", "Created@1 Running@3 Failed@7"],
    ["pods that ended at once: Running never came", "Created=True@1 Succeeded=True@2", "Created@1 Succeeded@2"],
    ["a failure during a restart", "Created=True@1 Restarting=True@5 Failed=True@6", "Created@1 Restarting@5 Failed@6"],
    ["Succeeded and Failed: Failed decides", "Created=True@1 Succeeded=True@4 Failed=True@5", "Created@1 Failed@5"],
    ["… whichever came first", "Created=True@1 Failed=True@4 Succeeded=True@5", "Created@1 Failed@4"],
    ["… and at the same time", "Created=True@1 Succeeded=True@4 Failed=True@4", "Created@1 Failed@4"],
    [
      "an end that is not True",
      "Created=True@1 Running=True@3 Succeeded=False@4 Failed=False@4",
      "Created@1 Running@3",
    ],
    ["created suspended", "Created=True@1 Suspended=True@1", "Created@1 Suspended@1"],
    [
      "suspended while it ran: Running=False is the trace of the same suspension",
      "Created=True@1 Running=False@4!JobSuspended Suspended=True@4!JobSuspended",
      "Created@1 Suspended@4",
    ],
    [
      "resumed",
      "Created=True@1 Running=False@4!JobSuspended Suspended=False@6!JobResumed",
      "Created@1 Suspended@4 Resumed@6",
    ],
    [
      "running after it was resumed",
      "Created=True@1 Suspended=False@6!JobResumed Running=True@8",
      "Created@1 Resumed@6 Running@8",
    ],
    [
      "failed after it was resumed, without having run again",
      "Created=True@1 Running=False@4!JobSuspended Suspended=False@6!JobResumed Failed=True@9",
      "Created@1 Suspended@4 Resumed@6 Failed@9",
    ],
    ["stopped for a reason that nobody knows", "Created=True@1 Running=False@4!Preempted", "Created@1"],
    ["stopped without a reason", "Created=True@1 Running=False@4!", "Created@1"],
    ["a condition that nobody knows", "Created=True@1 Paused=True@2 Running=True@3", "Created@1 Running@3"],
    ["a condition that is Unknown", "Created=True@1 Running=Unknown@3", "Created@1"],
    ["conditions that moved in the array", "Running=True@3 Created=True@1", "Created@1 Running@3"],
    [
      "equal times: the order of the array",
      "Created=True@1 Suspended=False@3 Running=True@3",
      "Created@1 Resumed@3 Running@3",
    ],
    ["… and the other way round", "Created=True@1 Running=True@3 Suspended=False@3", "Created@1 Running@3 Resumed@3"],
    [
      "an end at the time of the run comes last",
      "Created=True@1 Succeeded=True@3 Running=False@3",
      "Created@1 Running@3 Succeeded@3",
    ],
    [
      "a clock that went back: Created is first, an end last",
      "Created=True@5 Running=False@3 Failed=True@2",
      "Created@5 Running@3 Failed@2",
    ],
  ])("%s", (_, text, expected) => {
    for (const kind of KUBEFLOW) {
      const status = { conditions: text === null ? null : conditions(text) };
      expect(words(kind.read(object(status)).steps), kind.resource.kind).toBe(expected);
    }
  });

  test.each([
    ["the first version of an object has no status at all", undefined],
    ["a status that is null", null],
    ["a status without conditions", {}],
  ])("%s", (_, status) => {
    for (const kind of KUBEFLOW) expect(kind.read(object(status)).steps).toEqual([]);
  });

  test("reasons and messages are handed on and decide nothing", () => {
    const [running] = conditions("Running=True@3!JobFailed");
    const { steps } = tfJob.read(object({ conditions: [{ ...running, message: "TFJob has failed." }] }));
    expect(steps).toEqual([{ type: "Running", at: T0 + 3, reason: "JobFailed", message: "TFJob has failed." }]);
  });

  test("a condition needs no words", () => {
    const bare = { type: "Running", status: "True", lastTransitionTime: time(3) };
    const step = { type: "Running", at: T0 + 3, reason: undefined, message: undefined };
    expect(tfJob.read(object({ conditions: [bare] })).steps).toEqual([step]);
    expect(tfJob.read(object({ conditions: [{ ...bare, reason: null, message: null }] })).steps).toEqual([step]);
  });

  test.each([
    ["lastTransitionTime", { lastTransitionTime: time(3), lastUpdateTime: time(9) }, 3],
    ["lastUpdateTime where there is no other", { lastTransitionTime: null, lastUpdateTime: time(9) }, 9],
    ["the creation of the object where there is none", {}, 0],
    ["a time with a fraction, which is cut off", { lastTransitionTime: "2026-11-21T00:00:03.987654Z" }, 3],
    ["a time of another zone", { lastTransitionTime: "2026-11-21T02:00:03+02:00" }, 3],
  ])("the time of a step is %s", (_, times, second) => {
    const read = tfJob.read(object({ conditions: [{ type: "Running", status: "True", ...times }] }));
    expect(words(read.steps)).toBe(`Running@${second}`);
  });

  test("only a suspension that is read from Running is inferred", () => {
    const inferred = tfJob.read(object({ conditions: conditions("Running=False@4!TFJobSuspended Suspended=False@6") }));
    expect(inferred.steps.map((step) => step.inferred)).toEqual([true, undefined]);
    const said = tfJob.read(object({ conditions: conditions("Running=False@4!TFJobSuspended Suspended=True@4") }));
    expect(said.steps.map((step) => step.inferred)).toEqual([undefined]);
  });
});

describe("replicas", () => {
  const replicas = (specs: unknown, replicaStatuses?: unknown) =>
    tfJob.read(object({ replicaStatuses }, {}, { tfReplicaSpecs: specs })).replicas;
  const none = { active: 0, succeeded: 0, failed: 0 };

  test("what the spec asks for stands beside what the status counts", () => {
    const specs = { Chief: { replicas: 1 }, Worker: { replicas: 3 } };
    const statuses = { Chief: { active: 1 }, Worker: { active: 1, succeeded: 1, failed: 1 } };
    expect(replicas(specs, statuses)).toEqual({
      Chief: { active: 1, succeeded: 0, failed: 0, desired: 1 },
      Worker: { active: 1, succeeded: 1, failed: 1, desired: 3 },
    });
  });

  test("Ps of the spec and PS of the status are one type, named as in the status", () => {
    expect(replicas({ Ps: { replicas: 2 } }, { PS: { active: 2 } })).toEqual({
      PS: { active: 2, succeeded: 0, failed: 0, desired: 2 },
    });
  });

  test.each([
    [
      "a status that leaves out zeros",
      { Master: { replicas: 1 } },
      { Master: {} },
      { Master: { ...none, desired: 1 } },
    ],
    ["counts that are null", { Master: {} }, { Master: { active: null } }, { Master: { ...none, desired: 1 } }],
    ["a type whose status is null", { Master: {} }, { Master: null }, { Master: { ...none, desired: 1 } }],
    ["a type without status", { Master: { replicas: 2 } }, {}, { Master: { ...none, desired: 2 } }],
    ["no statuses", { Master: { replicas: 2 } }, undefined, { Master: { ...none, desired: 2 } }],
    ["statuses that are null", { Master: { replicas: 2 } }, null, { Master: { ...none, desired: 2 } }],
    ["a spec without a number asks for one", { Master: {} }, {}, { Master: { ...none, desired: 1 } }],
    ["a spec that is null asks for one", { Master: null }, {}, { Master: { ...none, desired: 1 } }],
    ["a spec that asks for none", { Master: { replicas: 0 } }, {}, { Master: { ...none, desired: 0 } }],
    [
      "a status of a type that the spec does not have",
      {},
      { Worker: { active: 1 } },
      { Worker: { ...none, active: 1 } },
    ],
    [
      "specs that cannot be read",
      { Worker: { replicas: "two" } },
      { Worker: { active: 1 } },
      { Worker: { ...none, active: 1 } },
    ],
    ["no specs", undefined, { Worker: { active: 1 } }, { Worker: { ...none, active: 1 } }],
  ])("%s", (_, specs, statuses, expected) => {
    expect(replicas(specs, statuses)).toEqual(expected);
  });

  test("a job without spec and status has none", () => {
    expect(tfJob.read(object(undefined)).replicas).toEqual({});
    expect(tfJob.read(object(null, {}, null)).replicas).toEqual({});
  });
});

test("identity, labels, annotations and start are those of the object", () => {
  const labels = { team: "vision" };
  const annotations = { "jobbell.dev/mute": "true" };
  expect(pyTorchJob.read(object({ startTime: time(2) }, { labels, annotations, enable: true }))).toEqual({
    namespace: "ml",
    name: "mnist",
    uid: "uid-1",
    resourceVersion: "1",
    labels,
    annotations,
    replicas: {},
    startedAt: T0 + 2,
    createdAt: T0,
    steps: [],
  });
  expect(pyTorchJob.read(object({ startTime: null }, { labels: null, annotations: null }))).toMatchObject({
    labels: {},
    annotations: {},
    startedAt: undefined,
  });
});

test("a job tells when it was created as long as it shows no step", () => {
  for (const kind of KUBEFLOW) {
    expect(kind.read(object())).toMatchObject({ createdAt: T0, steps: [] });
    expect(kind.read(object({ conditions: conditions("Created=True@1") }))).not.toHaveProperty("createdAt");
  }
});

test.each([["text"], [[]], [{ "jobbell.dev/mute": true }]])(
  "annotations that are none, %j, are no reason not to read a job",
  (annotations) => {
    expect(pyTorchJob.read(object({}, { annotations }))).toMatchObject({ name: "mnist", annotations: {} });
  },
);
