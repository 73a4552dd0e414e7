import { createHash } from "node:crypto";
import { tfJob } from "#jobs/kinds/kubeflow";
import { ClusterState } from "#sim/cluster-state";
import { jobOf } from "#sim/job-specs";
import { lifeOf } from "#sim/lives";
import type { Stage } from "#sim/lives/stage";
import { timeOf } from "#sim/metadata";
import type { KubeObject } from "#sim/objects";
import { Version } from "#sim/storage";

/** As far as jobs have come: one in four runs, most have ended. */
const LIVES: readonly (readonly Stage[])[] = [
  ["create", "run"],
  ["create", "run", "succeed"],
  ["create", "run", "fail"],
  ["create", "run", "restart", "run", "succeed"],
];
const BORN_AT = Date.parse("2026-11-02T00:00:00Z");
/** Names have as many digits, so that their order is that of the numbers. */
const DIGITS = 6;
/** Before everything that is written later. */
export const BEGINNING = 1000;

/** Runs, so that there is something left to happen to it. */
export function isRunning(number: number): boolean {
  return number % LIVES.length === 0;
}

export function nameOf(number: number): string {
  return `training-${String(number).padStart(DIGITS, "0")}`;
}

/**
 * A stored TFJob whose JSON is made each time that somebody asks for it: a hundred thousand of them, kept, would be a
 * gigabyte. All of one stage differ in their names, ids, digests and seeds alone.
 */
export class TrainingJob extends Version {
  readonly #number: number;

  constructor(namespace: string, number: number) {
    const name = nameOf(number);
    super(`${namespace}/${name}`, BEGINNING, { metadata: { namespace, name } });
    this.#number = number;
  }

  override get json(): string {
    const number = this.#number;
    const { namespace } = this.object.metadata;
    const values = [nameOf(number), namespace, ...valuesOf(number)];
    return templateOf(number)
      .map((part) => (typeof part === "number" ? values[part] : part))
      .join("");
  }
}

const TOKENS = ["NAME", "NAMESPACE", "UID", "VERSION", "DIGEST", "SEED"].map((token) => `@${token}@`);

function valuesOf(number: number): readonly string[] {
  const digest = createHash("sha256").update(String(number)).digest("hex");
  const uid = digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-a$4-$5");
  return [uid, String(1 + (number % BEGINNING)), digest, String(number * 7919)];
}

/** Text, and between it the indices of the values that belong there. */
type Template = readonly (string | number)[];

const templates = new Map<number, Template>();

function templateOf(number: number): Template {
  const life = number % LIVES.length;
  const template = templates.get(life) ?? makeTemplate(LIVES[life] ?? []);
  templates.set(life, template);
  return template;
}

function makeTemplate(life: readonly Stage[]): Template {
  const { apiVersion: _, kind: __, ...job } = liveThrough(life);
  const text = JSON.stringify({ ...job, metadata: { ...job.metadata, uid: "@UID@", resourceVersion: "@VERSION@" } });
  return text.split(/(@[A-Z]+@)/).map((part) => (TOKENS.includes(part) ? TOKENS.indexOf(part) : part));
}

function liveThrough(life: readonly Stage[]): KubeObject {
  const { resource } = tfJob;
  const state = new ClusterState({ now: () => BORN_AT, resources: [resource] });
  const [name, namespace] = ["@NAME@", "@NAMESPACE@"];
  state.create(resource, submitted(name, namespace));
  lifeOf(resource, life).forEach(({ change }, moment) => {
    if (change !== "delete")
      state.update(resource, namespace, name, (job) => change(job, timeOf(BORN_AT + moment * 60_000)));
  });
  const job = state.get(resource, namespace, name);
  if (job === undefined) throw new Error("a job that is never deleted is there");
  return job;
}

/** As tools submit jobs: with everything that a pod of theirs needs, and a record of each field that they wrote. */
function submitted(name: string, namespace: string): KubeObject {
  const labels = { team: "vision", tier: "prod", owner: "mira", "app.kubernetes.io/managed-by": "pipelines" };
  const { metadata, spec = {} } = jobOf(tfJob.resource, { name, namespace, labels, workers: 4, suspend: false });
  const annotations = { "pipelines.example.com/run": "@DIGEST@" };
  const replicaSpecs = Object.entries(spec.tfReplicaSpecs ?? {}).map(([type, replicas]) => [
    type,
    { ...replicas, template: podTemplate(type) },
  ]);
  const own = { ...spec, tfReplicaSpecs: Object.fromEntries(replicaSpecs) };
  const fieldsV1 = fieldsOf({ metadata: { annotations, labels }, spec: own });
  const entry = { manager: "pipelines", operation: "Update", apiVersion: "kubeflow.org/v1", time: timeOf(BORN_AT) };
  const managedFields = [{ ...entry, fieldsType: "FieldsV1", fieldsV1 }];
  return { metadata: { ...metadata, annotations, managedFields }, spec: own };
}

function podTemplate(type: string): object {
  const env = Array.from({ length: 14 }, (_, index) => ({
    name: `TRAINING_${type.toUpperCase()}_SETTING_${index}`,
    value: `--option-${index}=@SEED@${index}`,
  }));
  const resources = {
    limits: { cpu: "8", memory: "64Gi", "nvidia.com/gpu": "1" },
    requests: { cpu: "8", memory: "64Gi" },
  };
  const mounts = ["dataset", "checkpoints", "scratch", "shm"].map((name) => ({ name, mountPath: `/mnt/${name}` }));
  const container = {
    ...{ name: "tensorflow", image: "registry.example.com/ml/train@sha256:@DIGEST@", imagePullPolicy: "IfNotPresent" },
    ...{ command: ["python", "/opt/train.py", "--run=@DIGEST@"], env, resources, volumeMounts: mounts },
  };
  const claims = mounts
    .slice(0, 2)
    .map(({ name }) => ({ name, persistentVolumeClaim: { claimName: `${name}-claim` } }));
  const volumes = [...claims, ...mounts.slice(2).map(({ name }) => ({ name, emptyDir: { medium: "Memory" } }))];
  const tolerations = [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }];
  return { spec: { containers: [container], volumes, tolerations, serviceAccountName: "training" } };
}

/** What a server keeps beside an object of who wrote which field: objects whole, and of a list each entry by its name. */
function fieldsOf(value: unknown): object {
  if (Array.isArray(value)) {
    const entries = value.map((each) => [`k:{"name":"${each?.name}"}`, { ".": {}, ...fieldsOf(each) }]);
    return value.every((each) => each?.name !== undefined) ? Object.fromEntries(entries) : {};
  }
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [`f:${name}`, fieldsOf(part)]));
}
