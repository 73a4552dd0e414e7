import { isRecord, type KubeObject } from "../objects.ts";
import { withCondition } from "./kubeflow-conditions.ts";
import * as replicas from "./kubeflow-replicas.ts";
import { readStatus, writeStatus } from "./kubeflow-status.ts";
import { type KubeflowWords, wordsOf } from "./kubeflow-words.ts";
import { type Change, moment, type Stages } from "./stage.ts";

/** What the Kubeflow training operator writes for jobs of that kind. */
export function kubeflowStages(kind: string): Stages {
  const words = wordsOf(kind);
  const set = (word: keyof KubeflowWords): Change => sets(words, word);
  return {
    create: [moment(300, all(set("Created"), started))],
    "create-suspended": [moment(300, all(set("Created"), set("Suspended")))],
    run: [
      moment(1500, all(set("Running"), replicas.primaryUp)),
      moment(400, replicas.workersUp(0.5)),
      moment(400, replicas.workersUp(1)),
    ],
    restart: [moment(5000, all(replicas.workerFailed, set("Restarting")))],
    "restart-primary": [
      moment(5000, all(replicas.primaryFailed, set("Restarting"))),
      moment(300, replicas.primaryGone),
    ],
    suspend: [moment(4000, suspendInSpec(true)), moment(500, all(stop(words), set("Suspended"), replicas.gone))],
    resume: [moment(4000, suspendInSpec(false)), moment(500, all(set("Resumed"), started))],
    succeed: [
      moment(8000, all(replicas.primarySucceeded, set("Succeeded"), ended)),
      moment(500, replicas.workersSucceeded),
    ],
    fail: [moment(7000, all(replicas.workerFailed, set("Failed"), ended))],
  };
}

function all(...changes: readonly Change[]): Change {
  return (job, at) => {
    for (const change of changes) change(job, at);
  };
}

/** Sets the condition that the word stands for, with its reason and message. */
function sets(words: KubeflowWords, word: keyof KubeflowWords): Change {
  const condition = word === "Resumed" ? { type: "Suspended", status: "False" } : { type: word, status: "True" };
  return (job, at) => setCondition(job, at, condition, word, words);
}

// A suspension leaves its trace in Running, in Suspended's own words, where the job ran.
function stop(words: KubeflowWords): Change {
  return (job, at) => {
    const runs = readStatus(job).conditions.some(({ type }) => type === "Running");
    if (runs) setCondition(job, at, { type: "Running", status: "False" }, "Suspended", words);
  };
}

function setCondition(
  job: KubeObject,
  at: string,
  condition: { readonly type: string; readonly status: string },
  word: keyof KubeflowWords,
  words: KubeflowWords,
): void {
  const { name, namespace } = job.metadata;
  const message = words[word]({ name, namespace, failing: replicas.failingType(job) ?? "" });
  const times = { lastTransitionTime: at, lastUpdateTime: at };
  const next = { ...times, message, reason: `${job.kind}${word}`, ...condition };
  writeStatus(job, { conditions: withCondition(readStatus(job).conditions, next) });
}

function suspendInSpec(suspend: boolean): Change {
  return (job) => {
    const policy = isRecord(job.spec?.runPolicy) ? job.spec.runPolicy : {};
    job.spec = { ...job.spec, runPolicy: { ...policy, suspend } };
  };
}

function started(job: KubeObject, at: string): void {
  replicas.gone(job);
  writeStatus(job, { startTime: at });
}

function ended(job: KubeObject, at: string): void {
  writeStatus(job, { completionTime: at });
}
