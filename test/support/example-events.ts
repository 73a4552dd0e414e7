import type { JobEvent } from "#jobs/event";

// What docs/receivers.md and docs/webhook-body.md show. A test keeps them equal.
const job = {
  cluster: "prod",
  apiVersion: "kubeflow.org/v1",
  kind: "PyTorchJob",
  namespace: "ml",
  name: "resnet50-nightly",
  uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
  labels: { team: "vision", tier: "prod" },
} as const;

export const CREATED: JobEvent = {
  ...job,
  id: "evt_5d3dd0a7d6a24a0f9a1dd16a2be0a3d1",
  event: "Created",
  at: "2026-11-21T00:13:05Z",
  reason: "PyTorchJobCreated",
  message: "PyTorchJob resnet50-nightly is created.",
  replicas: {
    Master: { active: 0, succeeded: 0, failed: 0, desired: 1 },
    Worker: { active: 0, succeeded: 0, failed: 0, desired: 3 },
  },
};

const LOG = [
  "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB (GPU 0; 39.59 GiB total capacity)",
  '  File "/app/train.py", line 212, in <module>',
  "    loss = model(batch).mean() * scale_",
  "See https://pytorch.org/docs/stable/notes/cuda.html & ask <!channel>.",
];

export const FAILED: JobEvent = {
  ...job,
  id: "evt_9b1c6f7be0ba4be8b0f0f0c9de30e5a4",
  event: "Failed",
  at: "2026-11-21T02:17:11Z",
  reason: "PyTorchJobFailed",
  message: [...LOG, ...LOG, ...LOG, ...LOG, ...LOG, ...LOG].join("\n"),
  durationSeconds: 7_440,
  previous: { event: "Running", at: "2026-11-21T00:13:51Z" },
  sincePreviousSeconds: 7_400,
  replicas: {
    Master: { active: 0, succeeded: 0, failed: 1, desired: 1 },
    Worker: { active: 3, succeeded: 0, failed: 0, desired: 3 },
  },
};

export const RESTARTING: JobEvent = {
  ...job,
  id: "evt_1e0b0a3ce5654d3a8e2cb5d94a1c7f66",
  event: "Restarting",
  at: "2026-11-21T01:02:30Z",
  reason: "PyTorchJobRestarting",
  message: "PyTorchJob resnet50-nightly is restarting because 1 Worker replica(s) failed.",
  durationSeconds: 2_959,
  previous: { event: "Running", at: "2026-11-21T00:13:51Z" },
  sincePreviousSeconds: 2_919,
  replicas: {
    Master: { active: 1, succeeded: 0, failed: 0, desired: 1 },
    Worker: { active: 2, succeeded: 0, failed: 1, desired: 3 },
  },
};

/** A failure of which pods tell why. What docs/messages.md shows, as the two below. */
export const EXPLAINED: JobEvent = {
  ...FAILED,
  message: "PyTorchJob resnet50-nightly is failed because 1 Worker replica(s) failed.",
  explanation: {
    pod: "resnet50-nightly-worker-1",
    replica: "Worker 1",
    container: "pytorch",
    exitCode: 137,
    signal: "SIGKILL",
    reason: "OOMKilled",
    log: [
      "epoch 41/90  loss 1.8812  mem 37.2 GiB",
      "epoch 42/90  loss 1.8754  mem 38.9 GiB",
      "  saving checkpoint to /ckpt/42",
    ],
    warnings: [{ reason: "BackOff", message: "Back-off restarting failed container pytorch", count: 3 }],
  },
};

const { reason, message, durationSeconds, previous, sincePreviousSeconds, ...bare } = FAILED;

export const STALLED: JobEvent = {
  ...bare,
  id: "evt_3f0a9a3a35a74b4d9f3c58b0d1f7c2aa",
  event: "Stalled",
  at: "2026-11-21T00:28:05Z",
  previous: { event: "Created", at: "2026-11-21T00:13:05Z" },
  sincePreviousSeconds: 900,
  replicas: CREATED.replicas,
  rule: { type: "pendingFor", since: "2026-11-21T00:13:05Z", seconds: 900 },
  explanation: {
    pod: "resnet50-nightly-worker-0",
    replica: "Worker 0",
    reason: "Unschedulable",
    message: "0/5 nodes are available: 5 Insufficient nvidia.com/gpu.",
  },
};

export const RECOVERED: JobEvent = {
  ...bare,
  id: "evt_c5b8d8a1c6d84d2e8d1f4b8f6c1e7d90",
  event: "Recovered",
  at: "2026-11-21T00:41:20Z",
  previous: { event: "Running", at: "2026-11-21T00:41:20Z" },
  sincePreviousSeconds: 0,
  replicas: {
    Master: { active: 1, succeeded: 0, failed: 0, desired: 1 },
    Worker: { active: 3, succeeded: 0, failed: 0, desired: 3 },
  },
  rule: { type: "pendingFor", since: "2026-11-21T00:28:05Z", seconds: 900 },
};
