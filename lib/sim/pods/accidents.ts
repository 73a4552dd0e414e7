/** What goes wrong in a pod of a job that fails: how its container ends, and what it wrote before. */
export interface Accident {
  readonly exitCode: number;
  readonly reason: "Error" | "OOMKilled";
  readonly log: readonly string[];
}

const STEPS = [
  "2026-11-21 00:12:41 INFO  epoch 3/20 step 1400 loss 1.7214 lr 2.0e-05 812 samples/s",
  "2026-11-21 00:12:52 INFO  epoch 3/20 step 1450 loss 1.7187 lr 2.0e-05 809 samples/s",
  "2026-11-21 00:13:03 INFO  epoch 3/20 step 1500 loss 1.7120 lr 1.9e-05 811 samples/s",
];

export const ACCIDENTS: readonly [Accident, ...Accident[]] = [
  {
    exitCode: 137,
    reason: "OOMKilled",
    log: [...STEPS, "2026-11-21 00:13:09 WARN  shuffle buffer grew to 61.2 GiB, prefetch=64 workers=16"],
  },
  {
    exitCode: 1,
    reason: "Error",
    log: [
      ...STEPS,
      "Traceback (most recent call last):",
      '  File "/opt/train.py", line 214, in <module>',
      "    main(parse_args())",
      '  File "/opt/train.py", line 167, in main',
      "    loss = step(model, next(batches))",
      '  File "/opt/train.py", line 93, in step',
      "    logits = model(batch.to(device))",
      "RuntimeError: CUDA error: device-side assert triggered",
    ],
  },
  {
    exitCode: 2,
    reason: "Error",
    log: [
      "2026-11-21 00:02:11 INFO  reading s3://datasets/curated/2026-11-20/manifest.json",
      "2026-11-21 00:02:12 INFO  signed in with AWS_SECRET_ACCESS_KEY=example-only-not-a-key",
      "2026-11-21 00:02:14 ERROR 3 of 512 shards are missing: 00017.tar, 00018.tar, 00301.tar",
      "2026-11-21 00:02:14 ERROR give --allow-missing to go on without them",
    ],
  },
  {
    exitCode: 139,
    reason: "Error",
    log: [
      ...STEPS,
      "Fatal Python error: Segmentation fault",
      "  Extension modules: numpy.core._multiarray_umath, nccl",
    ],
  },
];
