import { createJob, setCondition } from "../support/job-life.ts";
import type { WebhookServer } from "../support/loopback-receiver.ts";
import type { Cloud } from "./cloud.ts";
import type { Installation } from "./installation.ts";

type Step = "Created" | "Running" | "Succeeded" | "Failed";

let clock = 200;

/** Adds a TFJob that has taken these steps. */
export function jobWith({ api }: Installation, namespace: string, name: string, ...steps: readonly Step[]): void {
  createJob(api, name, {}, namespace);
  move({ api }, namespace, name, ...steps);
}

/** A TFJob takes one more step, or some. */
export function move(
  { api }: Pick<Installation, "api">,
  namespace: string,
  name: string,
  ...steps: readonly Step[]
): void {
  for (const step of steps) {
    clock += 1;
    setCondition(api, name, step, clock, namespace);
  }
}

interface Post {
  readonly id: string;
  readonly event: string;
  /** What the receiver answered, 0 where it answered nothing. */
  readonly status: number;
}

/** Every post about a job, taken or not, in order. */
export function posts({ requests }: WebhookServer, job: string): readonly Post[] {
  return requests
    .map(({ headers, body, status }) => ({ id: String(headers["webhook-id"]), status, data: JSON.parse(body).data }))
    .filter(({ data }) => data.job.name === job)
    .map(({ id, status, data }) => ({ id, status, event: data.event }));
}

/** What a receiver has taken of a job, in order. */
export function heard(receiver: WebhookServer, job: string): readonly string[] {
  return posts(receiver, job)
    .filter(({ status }) => status === 204)
    .map(({ event }) => event);
}

/** The JSON lines that functions wrote, those that fit. */
export function logged(
  cloud: Cloud,
  name: keyof Cloud["functions"],
  fits: (line: Readonly<Record<string, unknown>>) => boolean,
): readonly Readonly<Record<string, unknown>>[] {
  return cloud.functions[name].lines.map((line) => JSON.parse(line)).filter(fits);
}
