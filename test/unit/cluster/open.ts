import { inspect } from "node:util";
import type { ClusterAccess } from "#cluster/access";
import { noCredentials } from "#cluster/auth/none";
import { type Cluster, ClusterError, type ListQuery } from "#cluster/cluster";
import type { ClusterOptions } from "#cluster/http-cluster";
import { openJobApi } from "#cluster/job-api";

export const TFJOBS = { group: "kubeflow.org", version: "v1", kind: "TFJob", plural: "tfjobs" };
export const JOBS = { group: "batch", version: "v1", kind: "Job", plural: "jobs" };
export const QUERY: ListQuery = { resource: TFJOBS, namespace: "ml", limit: 2 };
export const SIGNAL = new AbortController().signal;

/** A cluster named `prod` at `url`, closed at the end of its block. Lists do not wait longer than it takes to be told so. */
export function openAt(url: string, access: Partial<ClusterAccess> = {}, options: ClusterOptions = {}) {
  const patience = { pause: async () => {}, ...options.patience };
  const defaults = { name: "prod", server: url, tls: {}, credentials: noCredentials() };
  const cluster = openJobApi({ ...defaults, ...access }, { ...options, patience });
  return Object.assign(cluster, { [Symbol.asyncDispose]: () => cluster.close() });
}

/** The whole list as the server sent it. */
export function listAll(cluster: Cluster, query: Partial<ListQuery> = {}, signal: AbortSignal = SIGNAL) {
  return cluster.list({ ...QUERY, ...query }, (object) => object, signal);
}

/** What a promise is rejected with, as a {@link ClusterError}. */
export async function failure(promise: Promise<unknown>): Promise<ClusterError> {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterError) return error;
  throw error;
}

/** Everything that a log could show of an error: its own text, its causes, its fields, its stack. */
export function everythingOf(error: Error): string {
  const chain: unknown[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    chain.push(current.message, JSON.stringify(current), current.stack);
  }
  return [...chain, inspect(error, { depth: 10, showHidden: true })].join("\n");
}

/** One page of TFJobs. */
export function pageOf(names: readonly string[], token?: string, resourceVersion = "100") {
  const items = names.map((name) => ({ kind: "TFJob", metadata: { name } }));
  return { kind: "TFJobList", apiVersion: "kubeflow.org/v1", metadata: { resourceVersion, continue: token }, items };
}

/** The Status that a Kubernetes API server sends with an error. */
export function statusOf(code: number, reason: string, message: string, details?: object) {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
}
