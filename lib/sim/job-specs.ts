import type { Resource } from "#jobs/job";
import { isBuiltIn, type KubeObject } from "./objects.ts";

export interface JobWish {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Pods beside the one that leads. */
  readonly workers: number;
  readonly suspend: boolean;
}

/** A job of that kind as somebody would create it: small, and complete enough to be read. */
export function jobOf(resource: Resource, wish: JobWish): KubeObject {
  const { name, namespace, labels } = wish;
  const spec = isBuiltIn(resource) ? batchSpec(wish) : kubeflowSpec(resource.kind, wish);
  return { metadata: { name, namespace, labels: { ...labels } }, spec };
}

function batchSpec({ workers, suspend }: JobWish): Record<string, unknown> {
  const pods = Math.max(1, workers);
  const template = { spec: { containers: [container("main")], restartPolicy: "Never" } };
  const limits = { parallelism: pods, completions: pods, backoffLimit: 1 };
  return { ...limits, template, completionMode: "NonIndexed", suspend };
}

interface Shape {
  readonly field: string;
  /** The replica type that leads; a kind may have none. */
  readonly primary?: string;
  readonly container: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  JAXJob: { field: "jaxReplicaSpecs", container: "jax" },
  MPIJob: { field: "mpiReplicaSpecs", primary: "Launcher", container: "mpi" },
  PaddleJob: { field: "paddleReplicaSpecs", primary: "Master", container: "paddle" },
  PyTorchJob: { field: "pytorchReplicaSpecs", primary: "Master", container: "pytorch" },
  TFJob: { field: "tfReplicaSpecs", primary: "Chief", container: "tensorflow" },
  XGBoostJob: { field: "xgbReplicaSpecs", primary: "Master", container: "xgboost" },
};

function kubeflowSpec(kind: string, { workers, suspend }: JobWish): Record<string, unknown> {
  const shape = SHAPES[kind];
  if (shape === undefined) throw new Error(`no job of kind ${kind} is simulated`);
  const replicas = (count: number) => ({
    replicas: count,
    restartPolicy: "OnFailure",
    template: { spec: { containers: [container(shape.container)] } },
  });
  const primary = shape.primary === undefined ? {} : { [shape.primary]: replicas(1) };
  const runPolicy = { cleanPodPolicy: "None", suspend };
  return { runPolicy, [shape.field]: { ...primary, Worker: replicas(Math.max(1, workers)) } };
}

function container(name: string) {
  return { name, image: "registry.example.com/ml/train:2026.11", command: ["python", "/opt/train.py"] };
}
