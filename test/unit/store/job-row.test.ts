import { expect, test } from "vitest";
import { decodeJob, encodeJob } from "#store/dynamodb/job-row";
import { itemSize } from "../../support/item-size.ts";
import { memory, NOW, step } from "../../support/store-steps.ts";

const last = { type: "Succeeded", at: 1_795_229_999 } as const;

test.each([
  ["that runs", memory(), 330],
  ["that has ended", memory({ seen: { ...memory().seen, Succeeded: last.at }, last }), 360],
  ["without labels and replicas", memory({ labels: {}, replicas: {} }), 260],
])("the row of a typical job %s is well under 400 bytes, and reads back", (_, typical, bytes) => {
  const at = step({ watch: "prod/kube-test/kubeflow.org/v1/PyTorchJob", key: "kube-test/resnet50-nightly-20261121" });
  const row = encodeJob(at, NOW, { memory: typical });
  expect(itemSize(row)).toBeLessThan(bytes);
  expect(decodeJob(row)).toEqual({ key: at.key, version: NOW, memory: typical });
});

test.each([
  ["no step", { seen: {}, last: undefined, startedAt: undefined }],
  ["a start at zero", { startedAt: 0, last: { type: "Running", at: 0 } as const }],
  ["replicas whose number nobody asked for", { replicas: { Worker: { active: 0, succeeded: 2, failed: 1 } } }],
])("a memory of %s reads back as it was", (_, changes) => {
  const row = encodeJob(step(), NOW, { memory: memory(changes) });
  expect(decodeJob(row).memory).toStrictEqual(memory(changes));
});

test("the row of a job that left says so", () => {
  const row = encodeJob(step(), NOW, { memory: memory(), left: true });
  expect(decodeJob(row).left).toBe(true);
});
