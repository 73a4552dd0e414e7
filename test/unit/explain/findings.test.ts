import { describe, expect, test } from "vitest";
import { mostTelling } from "#explain/findings";
import { readPod, replicaOf, selectorsOf } from "#explain/pod";
import { lastOf, readWarning } from "#explain/warnings";
import { jobEvent } from "../../support/events.ts";

const EVENT = jobEvent();

/** A pod of the job with no more than that. */
function pod(status: object, metadata: object = {}) {
  const read = readPod(
    { metadata: { name: "p", uid: "u", ownerReferences: [{ uid: EVENT.uid }], ...metadata }, status },
    EVENT,
  );
  if (read === undefined) throw new Error("it cannot be read");
  return read;
}

const ended = (exitCode: number, at?: string, reason?: string) => ({
  terminated: { exitCode, ...(at && { finishedAt: `2026-11-21T00:00:${at}Z` }), ...(reason && { reason }) },
});
const showing = (state: object, lastState?: object) => ({ containerStatuses: [{ name: "main", state, lastState }] });

type Row = readonly [why: string, pods: readonly object[], tells: string | undefined, index?: number];

const ROWS: readonly Row[] = [
  ["no pods tell nothing", [], undefined],
  ["a pod without any status tells nothing", [{}], undefined],
  [
    "lists that are null are none",
    [{ conditions: null, containerStatuses: null, initContainerStatuses: null }],
    undefined,
  ],
  ["what runs well tells nothing", [showing({ running: {} }, {})], undefined],
  ["what ended well tells nothing", [showing(ended(0, "01", "Completed"))], undefined],
  ["what waits without a reason tells nothing", [showing({ waiting: {} })], undefined],
  ["a restart after a good end is none", [showing({ running: {} }, ended(0))], undefined],
  ["an end without a time comes after those with one", [showing(ended(1)), showing(ended(1, "09"))], "exited", 1],
  ["of ends at the same time the first listed counts", [showing(ended(1, "01")), showing(ended(2, "01"))], "exited", 0],
  ["of ends without times the first listed counts", [showing(ended(1)), showing(ended(2))], "exited", 0],
  [
    "out of memory counts more than what ended before",
    [showing(ended(1, "01")), showing(ended(137, "02", "OOMKilled"))],
    "killed",
    1,
  ],
  ["an OOM that only killed a child has no exit code of its own", [showing(ended(0, "01", "OOMKilled"))], "killed"],
  ["SIGKILL by somebody else is an end by itself", [showing(ended(143, "01")), showing(ended(137, "02"))], "exited", 1],
  [
    "a crash loop counts more than an image",
    [
      showing({ waiting: { reason: "ErrImagePull" } }),
      showing({ waiting: { reason: "CrashLoopBackOff" } }, ended(1, "01")),
    ],
    "exited",
    1,
  ],
  [
    "an image counts more than a place",
    [
      { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
      showing({ waiting: { reason: "InvalidImageName" } }),
    ],
    "held",
    1,
  ],
  [
    "a place counts more than a SIGTERM",
    [showing(ended(143, "01")), { conditions: [{ type: "PodScheduled", status: "False" }] }],
    "unschedulable",
    1,
  ],
  [
    "a disruption without a container counts",
    [
      {
        conditions: [
          {
            type: "DisruptionTarget",
            status: "True",
            reason: "DeletionByPodGC",
            lastTransitionTime: "2026-11-21T00:00:01Z",
          },
        ],
      },
    ],
    "killed",
  ],
  ["a reason of a pod that lives is none", [{ phase: "Pending", reason: "Whatever" }], undefined],
  ["an exit code that is no number is none", [showing({ terminated: { exitCode: "x", signal: "y" } })], undefined],
];

describe("of what pods show", () => {
  const cases = ROWS.map(([why, statuses, tells, index = 0]) => ({ why, statuses, tells, index }));
  test.each(cases)("$why", ({ statuses, tells, index }) => {
    const pods = statuses.map((status) => pod(status));
    const found = mostTelling(pods);
    expect(found?.tells).toBe(tells);
    if (found !== undefined) expect(pods.indexOf(found.pod)).toBe(index);
  });

  test("SIGKILL of a pod that is being deleted was told to it", () => {
    const deleted = pod(showing(ended(137, "01")), { deletionTimestamp: "2026-11-21T00:00:00Z" });
    expect(mostTelling([deleted, pod(showing(ended(1, "30")))])?.ended?.exitCode).toBe(1);
  });

  test("the log of a container is that of the run that ended", () => {
    const logOf = (status: object) => mostTelling([pod(status)])?.log;
    expect(logOf(showing(ended(1)))).toBe("current");
    expect(logOf(showing({ waiting: { reason: "CrashLoopBackOff" } }, ended(1)))).toBe("previous");
    expect(logOf(showing({ running: {} }, ended(1)))).toBe("previous");
    expect(logOf(showing({ waiting: { reason: "ErrImagePull" } }))).toBeUndefined();
  });

  test("what cannot be read, or belongs to another job, is no pod of the job", () => {
    for (const object of [undefined, null, 1, {}, { metadata: {} }, { metadata: { name: "p", uid: "u" }, status: {} }])
      expect(readPod(object, EVENT)).toBeUndefined();
    const other = { metadata: { name: "p", uid: "u", ownerReferences: [{ uid: "other" }] }, status: {} };
    expect(readPod(other, EVENT)).toBeUndefined();
  });
});

const REPLICAS: readonly (readonly [why: string, labels: Record<string, string>, replica: string | undefined])[] = [
  [
    "as the job writes its type",
    { "training.kubeflow.org/replica-type": "master", "training.kubeflow.org/replica-index": "0" },
    "Master 0",
  ],
  ["a type that the job does not count", { "training.kubeflow.org/replica-type": "evaluator" }, "evaluator"],
  ["before 1.4", { "replica-type": "worker", "replica-index": "3" }, "Worker 3"],
  ["of an indexed Job", { "batch.kubernetes.io/job-completion-index": "7" }, "Pod 7"],
  ["of a Job that is not indexed", { "job-name": "x" }, undefined],
];

test.each(REPLICAS)("a pod's place in its job: %s", (_why, labels, replica) => {
  expect(replicaOf(pod({}, { labels }), EVENT)).toBe(replica);
});

test("the index of a completion before Kubernetes 1.28 is an annotation", () => {
  const annotations = { "batch.kubernetes.io/job-completion-index": "2" };
  expect(replicaOf(pod({}, { annotations }), EVENT)).toBe("Pod 2");
});

test("pods are asked for by the labels of their controller, those of now first", () => {
  const { uid } = EVENT;
  expect(selectorsOf(EVENT)).toEqual(["training.kubeflow.org/job-name=mnist", "job-name=mnist"]);
  expect(selectorsOf(jobEvent({ apiVersion: "batch/v1" }))).toEqual([
    `batch.kubernetes.io/controller-uid=${uid}`,
    `controller-uid=${uid}`,
  ]);
});

describe("warnings", () => {
  const at = (second: number) => `2026-11-21T00:00:0${second}Z`;
  const warning = (message: string, fields: object) =>
    readWarning({ metadata: { creationTimestamp: at(0) }, type: "Warning", reason: "R", message, ...fields })!;

  test("are told in the order of their last times, whichever field has it", () => {
    const warned = [
      warning("d", { series: { count: 4, lastObservedTime: at(4) }, eventTime: at(0) }),
      warning("b", { lastTimestamp: at(2), count: 2 }),
      warning("c", { eventTime: "2026-11-21T00:00:03.123456Z", lastTimestamp: null }),
      warning("a", {}),
    ];
    expect(lastOf(warned, [])).toEqual([
      { reason: "R", message: "b", count: 2 },
      { reason: "R", message: "c" },
      { reason: "R", message: "d", count: 4 },
    ]);
  });

  test("that say the same, or what is said already, are told once or not at all", () => {
    const warned = [warning("a", {}), warning("a", { count: 3 }), warning("said", {})];
    expect(lastOf(warned, ["said"])).toEqual([{ reason: "R", message: "a", count: 3 }]);
  });

  test("without words are empty, and what is no warning is none", () => {
    expect(readWarning({ metadata: {}, type: "Warning" })).toEqual({ at: 0, reason: "", message: "", count: 1 });
    expect(readWarning({ metadata: {}, type: "Normal" })).toBeUndefined();
    expect(readWarning(null)).toBeUndefined();
  });
});
