import { describe, expect, test } from "vitest";
import { diff, remember, type Transition, vanish } from "#jobs/diff";
import { apiVersionOf, EVENT_TYPES, eventId, eventOf, type Origin, rfc3339 } from "#jobs/event";
import { RULE_TYPES } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { snapshot, T0 } from "./objects.ts";

const ORIGIN: Origin = { cluster: "prod", resource: tfJob.resource };
const UID = "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11";

function transition(changes: Partial<Transition> = {}): Transition {
  const job = {
    namespace: "ml",
    name: "mnist",
    uid: UID,
    labels: {},
    annotations: {},
    replicas: {},
    startedAt: T0 + 2,
  };
  const step = { type: "Running", at: T0 + 7, reason: undefined, message: undefined } as const;
  return { ...step, previous: { type: "Created", at: T0 + 1 }, job, ...changes };
}

describe("an event's id", () => {
  // Golden: another id for the same happening would be said again to everybody, once, after an upgrade.
  test.each([
    ["Created", "evt_67767b0de858b4b308a294d0417c217e"],
    ["Running", "evt_6707ccf2de7b29dc5c8bd187b28c9842"],
    ["Restarting", "evt_f0b9351207c8d8878d8f9185ce99444e"],
    ["Suspended", "evt_469cf7d9852972d3ee3e419aae757c1a"],
    ["Resumed", "evt_75d76bd65a131146b6120af53459ee14"],
    ["Succeeded", "evt_47ad1dc2fb65bca346f90e90256f6eb7"],
    ["Failed", "evt_5c3a3a0aa2b89e1706e98b548a895545"],
    ["Vanished", "evt_34ecdaf45c09a1a8fe4826140fa20325"],
    ["Stalled", "evt_76a2c815c755af0da3a22245672493b3"],
    ["Overdue", "evt_c4661520f3c3782fd1b1ce13cba62d88"],
    ["Flapping", "evt_d870cc54db750c6cee97df257533028a"],
    ["Recovered", "evt_74b6e0750fdeda2d89f674c69897c6b6"],
  ] as const)("of %s never changes", (type, id) => {
    expect(eventId("prod", UID, type, 1_795_226_231)).toBe(id);
  });

  test("is another one for another cluster, job, step or time", () => {
    const ids = [
      eventId("prod", UID, "Running", T0),
      eventId("test", UID, "Running", T0),
      eventId("prod", "another", "Running", T0),
      eventId("prod", UID, "Failed", T0),
      eventId("prod", UID, "Running", T0 + 1),
      ...EVENT_TYPES.map((type) => eventId("", "", type, 0)),
      // What follows one another must not flow into one another.
      eventId("prod1", "1", "Running", T0),
      eventId("prod", "11", "Running", T0),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("of Vanished does not depend on when it was noticed", () => {
    expect(eventId("prod", UID, "Vanished", T0)).toBe(eventId("prod", UID, "Vanished", T0 + 3600));
  });

  // Golden, as above.
  test.each([
    ["Stalled", "evt_76a2c815c755af0da3a22245672493b3"],
    ["Overdue", "evt_c4661520f3c3782fd1b1ce13cba62d88"],
    ["Flapping", "evt_d870cc54db750c6cee97df257533028a"],
  ] as const)("of %s never changes, whichever rule raised it", (type, id) => {
    expect(eventId("prod", UID, type, 1_795_226_231, "pendingFor")).toBe(id);
    expect(eventId("prod", UID, type, 1_795_226_231)).toBe(id);
  });

  test("of Recovered is another one for another rule: two alarms may be over at the same moment", () => {
    const ids = RULE_TYPES.map((rule) => eventId("prod", UID, "Recovered", 1_795_226_231, rule));
    expect(ids).toEqual([
      "evt_205adba3eee8b0d590a57c1213ed69b8",
      "evt_aa1d94fdb0b987d4d04858581ab25fe2",
      "evt_5db6a69681d0376b1577fdc7dd144bfc",
      "evt_cf1c1611b5fd6479b4942f7b9f1c84e0",
    ]);
  });

  test("does not depend on what the job looked like when it was noticed", () => {
    const early = transition();
    const late = transition({ reason: "Late", previous: undefined, job: { ...early.job, labels: { team: "vision" } } });
    expect(eventOf(ORIGIN, late).id).toBe(eventOf(ORIGIN, early).id);
  });
});

describe("an event", () => {
  test("says everything that is known, and survives JSON", () => {
    const replicas = { Worker: { active: 2, succeeded: 0, failed: 0, desired: 2 } };
    const job = { ...transition().job, labels: { team: "vision" }, replicas };
    const event = eventOf(ORIGIN, transition({ reason: "TFJobRunning", message: "TFJob mnist is running.", job }));
    expect(event).toEqual({
      id: eventId("prod", UID, "Running", T0 + 7),
      event: "Running",
      at: "2026-11-21T00:00:07Z",
      cluster: "prod",
      apiVersion: "kubeflow.org/v1",
      kind: "TFJob",
      namespace: "ml",
      name: "mnist",
      uid: UID,
      reason: "TFJobRunning",
      message: "TFJob mnist is running.",
      durationSeconds: 5,
      previous: { event: "Created", at: "2026-11-21T00:00:01Z" },
      sincePreviousSeconds: 6,
      replicas,
      labels: { team: "vision" },
    });
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
  });

  test("has the annotations that were asked for, where there are any", () => {
    const { job } = transition();
    const annotations = { "jobbell.dev/notify": "Failed" };
    expect(eventOf(ORIGIN, transition({ job: { ...job, annotations } })).annotations).toEqual(annotations);
    expect(eventOf(ORIGIN, transition())).not.toHaveProperty("annotations");
  });

  test("leaves out what is not known", () => {
    const { job } = transition();
    const event = eventOf(ORIGIN, transition({ previous: undefined, job: { ...job, startedAt: undefined } }));
    const optional = ["reason", "message", "durationSeconds", "previous", "sincePreviousSeconds"];
    expect(Object.keys(event).filter((key) => optional.includes(key))).toEqual([]);
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
  });

  test.each([
    // [what, type, start, previous, at, duration, since the previous step]
    ["both, in order", "Running", 2, 1, 7, 5, 6],
    ["nothing between, in the same second", "Running", 7, 7, 7, 0, 0],
    ["no duration from a start of another run", "Suspended", 9, 1, 7, undefined, 6],
    ["no time since a step that another clock dates later", "Running", 2, 40, 7, 5, undefined],
    ["no duration without a start", "Running", undefined, 1, 7, undefined, 6],
    ["no duration for a job that was just created", "Created", 0, undefined, 7, undefined, undefined],
    ["how long a job was known to run before it vanished", "Vanished", 2, 7, 60, 58, 53],
  ] as const)("tells %s", (_, type, start, previous, at, duration, since) => {
    const startedAt = start === undefined ? undefined : T0 + start;
    const before = previous === undefined ? undefined : ({ type: "Running", at: T0 + previous } as const);
    const job = { ...transition().job, startedAt };
    const event = eventOf(ORIGIN, transition({ type, at: T0 + at, previous: before, job }));
    expect(event.durationSeconds).toBe(duration);
    expect(event.sincePreviousSeconds).toBe(since);
  });

  test("of what a rule found says which rule, since when, its limit, and how often", () => {
    const rule = { type: "restarts", since: T0, seconds: 600, restarts: 4, moreThan: 3 } as const;
    const event = eventOf(ORIGIN, { ...transition(), type: "Flapping", at: T0 + 60, rule });
    expect(event).toMatchObject({
      id: eventId("prod", UID, "Flapping", T0 + 60),
      event: "Flapping",
      at: "2026-11-21T00:01:00Z",
      rule: { type: "restarts", since: "2026-11-21T00:00:00Z", seconds: 600, restarts: 4, moreThan: 3 },
    });
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
    expect(eventOf(ORIGIN, transition())).not.toHaveProperty("rule");
  });

  test("of a job that vanished shows it as it was last remembered", () => {
    const [labels, annotations] = [{ team: "vision" }, { "jobbell.dev/mute": "true" }];
    const seen = snapshot("Created@1 Running@3", { uid: UID, labels, annotations, startedAt: T0 + 1 });
    const memory = remember(undefined, seen);
    const [gone] = vanish(memory, { namespace: "ml", name: "mnist" }, T0 + 90).map((each) => eventOf(ORIGIN, each));
    expect(gone).toMatchObject({
      event: "Vanished",
      namespace: "ml",
      name: "mnist",
      uid: UID,
      labels,
      annotations,
      durationSeconds: 89,
    });
    expect(gone?.previous).toEqual({ event: "Running", at: "2026-11-21T00:00:03Z" });
  });

  test("of a batch Job names its API version", () => {
    const [created] = diff(undefined, snapshot("Created@0"));
    expect(eventOf({ cluster: "prod", resource: batchJob.resource }, created!)).toMatchObject({
      apiVersion: "batch/v1",
      kind: "Job",
    });
  });
});

test("the API version of the core group has no group", () => {
  expect(apiVersionOf({ group: "", version: "v1", kind: "Pod", plural: "pods" })).toBe("v1");
});

test.each([
  [0, "1970-01-01T00:00:00Z"],
  [T0, "2026-11-21T00:00:00Z"],
  [1_795_226_231, "2026-11-21T01:57:11Z"],
  [951_782_400, "2000-02-29T00:00:00Z"],
  [253_402_300_799, "9999-12-31T23:59:59Z"],
])("%i seconds are %s", (seconds, text) => {
  expect(rfc3339(seconds)).toBe(text);
  expect(Date.parse(text)).toBe(seconds * 1000);
});
