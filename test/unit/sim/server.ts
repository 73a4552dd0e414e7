import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, type ApiServerOptions, startApiServer } from "#sim/api-server";
import { jobOf } from "#sim/job-specs";
import type { KubeObject } from "#sim/objects";
import { type Answered, ask } from "../../support/recordings.ts";

export const TFJOBS = tfJob.resource;
export const JOBS = batchJob.resource;
export const PATH = "/apis/kubeflow.org/v1/namespaces/ml/tfjobs";
export const NOW = Date.parse("2026-11-21T01:00:00Z");

export function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  return startApiServer({ now: () => NOW, seed: "test", ...options });
}

/** A server with TFJobs of these names in the namespace `ml`. */
export async function startWith(names: readonly string[], options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await start(options);
  for (const name of names) server.create(TFJOBS, tfJobOf(name));
  return server;
}

export function tfJobOf(name: string, labels: Record<string, string> = {}, namespace = "ml"): KubeObject {
  return jobOf(TFJOBS, { name, namespace, labels, workers: 2, suspend: false });
}

/** Sets one label. */
export function label(server: ApiServer, name: string, labels: Record<string, string>): void {
  server.update(TFJOBS, "ml", name, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, ...labels };
  });
}

export function get(server: ApiServer, path: string, headers: Record<string, string> = {}): Promise<Answered> {
  return ask(server.url, { method: "GET", path, headers });
}

export interface Page {
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly KubeObject[];
}

export async function list(server: ApiServer, query = "", path = PATH): Promise<Page> {
  return JSON.parse((await get(server, path + query)).body);
}

export const namesIn = ({ items }: Page) => items.map(({ metadata }) => metadata.name);
