import { describe, expect, test } from "vitest";
import type { Right } from "#explain/asking";
import { explain } from "#explain/explain";
import type { JobEvent } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import { PODS } from "#sim/core";
import { jobEvent } from "../support/events.ts";
import { openPods, type PodScene } from "../support/pods.ts";

const SIGNAL = new AbortController().signal;
const BATCH = { apiVersion: "batch/v1", kind: "Job", message: "Job has reached the specified backoff limit" };
const STALLED = { event: "Stalled" } as const;
const LOG = ["epoch 3 loss 1.7", "RuntimeError: CUDA error"];

function look({ cluster }: PodScene, changes: Partial<JobEvent> = {}, forbidden: Right[] = [], now = () => 0) {
  return explain({ cluster, now, onForbidden: (right) => forbidden.push(right) }, jobEvent(changes), SIGNAL);
}

type Row = readonly [fixture: string, why: string, event: Partial<JobEvent>, expected: Explanation | undefined];

const WORKER = { pod: "mnist-worker-0", replica: "Worker 0", container: "pytorch" };
const WORKER_1 = { ...WORKER, pod: "mnist-worker-1", replica: "Worker 1" };
const NO_SPACE = "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9821Mi.";
const NO_ROOM =
  "0/6 nodes are available: 2 node(s) had untolerated taint {dedicated: infer}, 4 Insufficient nvidia.com/gpu. preemption: 0/6 nodes are available: 2 Preemption is not helpful for scheduling, 4 No preemption victims found for incoming pod.";

const ROWS: readonly Row[] = [
  [
    "oom-killed",
    "the reason of the container is more than its exit code",
    {},
    { ...WORKER, exitCode: 137, signal: "SIGKILL", reason: "OOMKilled", log: LOG },
  ],
  ["exit-1", "the replica that failed, not the first one", {}, { ...WORKER_1, exitCode: 1, reason: "Error", log: LOG }],
  [
    "exit-by-signal",
    "128 and more is a signal's number",
    {},
    { ...WORKER, exitCode: 139, signal: "SIGSEGV", reason: "Error", log: LOG },
  ],
  [
    "evicted",
    "what is said of the pod goes before what is said of its container",
    {},
    {
      ...{ ...WORKER, exitCode: 137, signal: "SIGKILL", reason: "Evicted", log: LOG },
      message: `${NO_SPACE} Container pytorch was using 412Gi, request is 0, has larger consumption of ephemeral-storage.`,
      warnings: [{ reason: "Evicted", message: NO_SPACE }],
    },
  ],
  [
    "preempted",
    "the one that was preempted, not the one that lost it and ended a second earlier by its own clock",
    {},
    {
      ...{ ...WORKER, exitCode: 143, signal: "SIGTERM", reason: "PreemptionByScheduler", log: LOG },
      message: "default-scheduler: preempting to accommodate a higher priority pod",
    },
  ],
  [
    "two-failed",
    "the first that ended by itself: what ended by SIGTERM was told to, and others follow",
    {},
    { ...WORKER_1, exitCode: 1, reason: "Error", log: LOG },
  ],
  [
    "restarted",
    "an end that was followed by a restart is not the end of the job",
    {},
    { pod: "mnist-master-0", replica: "Master 0", container: "pytorch", exitCode: 1, reason: "Error", log: LOG },
  ],
  [
    "init-failed",
    "an init container counts, and what waits for it does not",
    {},
    { ...WORKER, container: "fetch", exitCode: 7, reason: "Error", log: LOG },
  ],
  ["sidecar", "a sidecar that was told to end did not fail", {}, { ...WORKER, exitCode: 1, reason: "Error", log: LOG }],
  [
    "deadline",
    "where all were told to end, the first of them shows what it was doing",
    { reason: "DeadlineExceeded" },
    { ...WORKER, exitCode: 143, signal: "SIGTERM", reason: "Error", log: LOG },
  ],
  [
    "pod-deadline",
    "a pod's own deadline has no container to tell of",
    {},
    {
      ...{ pod: "mnist-worker-0", replica: "Worker 0", reason: "DeadlineExceeded" },
      message: "Pod was active on the node longer than the specified deadline",
    },
  ],
  [
    "start-error",
    "what the runtime says of a program that never began",
    {},
    {
      ...{ ...WORKER, exitCode: 128, reason: "StartError", log: LOG },
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "pyhton": executable file not found in $PATH: unknown',
    },
  ],
  [
    "image-pull",
    "an image that is not there; of its warnings the last three",
    STALLED,
    {
      ...{ ...WORKER, reason: "ImagePullBackOff" },
      message:
        'Back-off pulling image "registry.example.com/ml/train:2026.11": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/ml/train:2026.11": failed to resolve reference "registry.example.com/ml/train:2026.11": registry.example.com/ml/train:2026.11: not found',
      warnings: [
        {
          ...{ reason: "Failed", count: 4 },
          message:
            'Failed to pull image "registry.example.com/ml/train:2026.11": rpc error: code = NotFound desc = failed to pull and unpack image: not found',
        },
        { reason: "Failed", message: "Error: ErrImagePull", count: 4 },
        { reason: "Failed", message: "Error: ImagePullBackOff", count: 9 },
      ],
    },
  ],
  [
    "config-error",
    "a Secret that is missing",
    STALLED,
    { ...WORKER, reason: "CreateContainerConfigError", message: 'secret "wandb" not found' },
  ],
  [
    "crash-loop",
    "of a crash loop the last end",
    STALLED,
    { ...WORKER, exitCode: 2, reason: "CrashLoopBackOff", log: LOG },
  ],
  [
    "crash-loop-oom",
    "memory is a better reason than the loop",
    STALLED,
    { ...WORKER, exitCode: 137, signal: "SIGKILL", reason: "OOMKilled", log: LOG },
  ],
  [
    "unschedulable",
    "the scheduler's words, once, though its event says them too",
    STALLED,
    { pod: "mnist-worker-0", replica: "Worker 0", reason: "Unschedulable", message: NO_ROOM },
  ],
  [
    "failed-mount",
    "a pod that is being created does not say what it waits for: its events do",
    STALLED,
    {
      ...{ ...WORKER, reason: "ContainerCreating" },
      warnings: [
        {
          ...{ reason: "FailedMount", count: 12 },
          message: 'MountVolume.SetUp failed for volume "data" : secret "s3-reader" not found',
        },
      ],
    },
  ],
  [
    "quota",
    "without pods the job's last warning is the reason",
    STALLED,
    {
      reason: "FailedCreatePod",
      message:
        'Error creating: pods "mnist-worker-0" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=8, used: requests.nvidia.com/gpu=60, limited: requests.nvidia.com/gpu=64',
      warnings: [
        {
          reason: "SettedPodTemplateRestartPolicy",
          message: "Restart policy in pod template will be overwritten by restart policy in replica spec",
        },
      ],
    },
  ],
  [
    "batch-indexed",
    "an indexed Job: the first end of the pod that failed twice, and nothing that the event says already",
    BATCH,
    { pod: "mnist-2-x7k2p", replica: "Pod 2", container: "pytorch", exitCode: 3, reason: "Error", log: LOG },
  ],
  [
    "batch-old",
    "labels of Kubernetes before 1.27",
    BATCH,
    { pod: "mnist-x7k2p", container: "pytorch", exitCode: 1, reason: "Error", log: LOG },
  ],
  [
    "operator-old",
    "labels of the training operator before 1.4",
    {},
    { ...WORKER_1, exitCode: 1, reason: "Error", log: LOG },
  ],
  ["other-uid", "pods of an older job of that name are not this job's", {}, undefined],
  ["gone", "where nothing is left, nothing is told", {}, undefined],
];

describe("the explanation of a job", () => {
  test.each(ROWS)("%s: %s", async (fixture, _why, event, expected) => {
    await using scene = await openPods(fixture);
    scene.writes(`${LOG.join("\n")}\n`);
    expect(await look(scene, event)).toEqual(expected);
  });

  test("takes a list of pods, a log, and two lists of events, all of one namespace", async () => {
    await using scene = await openPods("oom-killed");
    await look(scene);
    expect(scene.server.requests.map(({ path }) => decodeURIComponent(path.replace(/limit=\d+&/, "")))).toEqual([
      "/api/v1/namespaces/ml/pods?labelSelector=training.kubeflow.org/job-name=mnist&fieldSelector=status.phase!=Succeeded",
      "/api/v1/namespaces/ml/events?fieldSelector=involvedObject.uid=5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11,type=Warning",
      expect.stringMatching(
        /^\/api\/v1\/namespaces\/ml\/pods\/mnist-worker-0\/log\?container=pytorch&tailLines=20&limitBytes=\d+$/,
      ),
      expect.stringMatching(/^\/api\/v1\/namespaces\/ml\/events\?fieldSelector=involvedObject\.uid=7d0c3b1a-/),
    ]);
  });
});

describe("what a container left as its last words", () => {
  const TRACE = [
    "Traceback (most recent call last):",
    '  File "/opt/train.py", line 3, in <module>',
    "ValueError: no data",
  ];
  const cases = [
    ["is the log where there is none", TRACE.join("\n"), "", { log: TRACE }],
    ["is the log where it says more", TRACE.join("\n"), "bye\n", { log: TRACE }],
    ["is left out where the log says more", "a\nb", "1\n2\n3\n", { log: ["1", "2", "3"] }],
    ["is the message where it is one line", "no data", "bye\n", { message: "no data", log: ["bye"] }],
    ["is left out where the log has that line", "bye", "hello\nbye\n", { log: ["hello", "bye"] }],
  ] as const;

  test.each(cases)("%s", async (_why, left, log, expected) => {
    await using scene = await openPods("exit-1");
    scene.server.update(PODS, "ml", "mnist-worker-1", ({ status }) => {
      const [{ state }] = status!.containerStatuses as [{ state: { terminated: { message?: string } } }];
      state.terminated.message = left;
    });
    scene.writes(log);
    expect(await look(scene)).toEqual({ ...WORKER_1, exitCode: 1, reason: "Error", ...expected });
  });
});

describe("of a log", () => {
  test("of 10 MB in one line no more is read than 20 lines can have, and its beginning is told", async () => {
    await using scene = await openPods("exit-1");
    scene.writes(`loss is nan at step 12 ${"x".repeat(10_000_000)}`);
    const before = scene.cluster.traffic().bytesRead;
    const { log = [] } = (await look(scene)) ?? {};
    expect(log).toEqual(["loss is nan at step 12 …"]);
    expect(scene.cluster.traffic().bytesRead - before).toBeLessThan(600_000);
  });

  test("whose lines are long an end of 4 kB is told, each line cut", async () => {
    await using scene = await openPods("exit-1");
    scene.writes(Array.from({ length: 40 }, (_, line) => `${line} ${"word ".repeat(150)}`).join("\n"));
    const { log = [] } = (await look(scene)) ?? {};
    expect(log.at(-1)).toMatch(/^39 word/);
    expect(Math.max(...log.map(({ length }) => length))).toBe(500);
    expect(Buffer.byteLength(log.join("\n"))).toBeLessThanOrEqual(4096);
  });

  test("that is gone with its pod, or is none yet, nothing is told, and all else is", async () => {
    await using scene = await openPods("exit-1");
    for (const status of [404, 400, 500]) {
      scene.server.fail({ status, when: ({ path }) => path.includes("/log?") });
      expect(await look(scene)).toEqual({ ...WORKER_1, exitCode: 1, reason: "Error" });
    }
  });

  test("that breaks off nothing is told, and all else is", async () => {
    await using scene = await openPods("exit-1");
    scene.server.fail({ truncate: true, when: ({ path }) => path.includes("/log?") });
    expect(await look(scene)).toEqual({ ...WORKER_1, exitCode: 1, reason: "Error" });
  });

  test("secrets are masked, in messages and warnings too", async () => {
    await using scene = await openPods("image-pull");
    expect(JSON.stringify(await look(scene, STALLED))).not.toContain("[secret]");
    await using other = await openPods("exit-1");
    other.writes(
      "connect postgres://train:hunter2@db/features\nAWS_SECRET_ACCESS_KEY=abc/def HF_TOKEN=hf_AbCdEfGhIjKlMnOpQrSt\n",
    );
    const { log } = (await look(other)) ?? {};
    expect(log).toEqual([
      "connect postgres://[secret]@db/features",
      "AWS_SECRET_ACCESS_KEY=[secret] HF_TOKEN=[secret]",
    ]);
  });
});

const REFUSED: readonly (readonly [without: string, verb: string, asks: number, expected: Explanation | undefined])[] =
  [
    ["pods", "list", 1, undefined],
    ["pods/log", "get", 3, { ...WORKER_1, exitCode: 1, reason: "Error" }],
    ["events", "list", 2, { ...WORKER_1, exitCode: 1, reason: "Error", log: LOG }],
  ];

describe.each(REFUSED)("an account that may not read %s", (without, verb, asks, expected) => {
  test("is told what it lacks, hears the rest, and does not ask again for ten minutes", async () => {
    await using scene = await openPods("exit-1", { user: { without: [without] } });
    const forbidden: Right[] = [];
    let time = 1_000_000;
    const again = () => {
      if (without !== "pods/log") scene.writes(`${LOG.join("\n")}\n`);
      return look(scene, {}, forbidden, () => time);
    };
    expect(await again()).toEqual(expected);
    expect(forbidden[0]).toEqual([verb, without]);
    const told = forbidden.length;
    const before = scene.server.requestCount;
    expect(await again()).toEqual(expected);
    expect([forbidden.length, scene.server.requestCount - before]).toEqual([told, asks]);
    time += 600_000;
    await again();
    expect(forbidden.length).toBeGreaterThan(told);
  });
});

test("a server that never answers ends the search when its time is over, with what is known by then", async () => {
  await using scene = await openPods("exit-1");
  const over = new AbortController();
  scene.server.fail({ hang: true, when: ({ path }) => path.includes("/log?") });
  const { cluster, server } = scene;
  const searched = explain({ cluster, now: () => 0, onForbidden: () => {} }, jobEvent(), over.signal);
  await expect.poll(() => server.requestCount).toBe(4);
  over.abort();
  expect(await searched).toEqual({ ...WORKER_1, exitCode: 1, reason: "Error" });
});
