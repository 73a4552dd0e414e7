import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { casting } from "./casting.ts";
import type { Plan } from "./lives.ts";
import { arrive, type Past, resume, type Theatre } from "./play.ts";
import { deckOf, randomFrom } from "./random.ts";
import { type After, realAfter, timersOn } from "./timers.ts";

export interface SimulationOptions {
  /** The same seed makes the same jobs with the same lives. */
  readonly seed: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How far the clock that writes conditions is ahead of the API server's, in milliseconds; negative: behind. 0 where it is left out. */
  readonly skewMs?: number;
  /** 1, the default, makes something happen every one to three seconds; 2 twice as often. */
  readonly speed?: number;
  readonly port?: number;
  readonly token?: string;
  readonly kinds?: readonly [Resource, ...Resource[]];
  readonly namespaces?: readonly [string, ...string[]];
  /** Does something later and can be called off; `setTimeout` where it is left out. */
  readonly after?: After;
}

/** A cluster that lives: jobs come, run, stumble, end, and are cleaned away, until it is closed. */
export interface Simulation extends AsyncDisposable {
  readonly url: string;
  readonly namespaces: readonly string[];
  /** The kinds of which there are jobs. */
  readonly resources: readonly Resource[];
  readonly server: ApiServer;
  /** Stops time and the server. */
  close(): Promise<void>;
}

const KINDS = [batchJob.resource, pyTorchJob.resource, tfJob.resource] as const;
const NAMESPACES = ["ml-team", "research"] as const;
// One plan is dealt after the other: each comes up within the first six jobs.
const DECK: readonly [Plan, ...Plan[]] = ["success", "success", "failure", "restart", "suspend", "deletion"];

const ALREADY_THERE: readonly Past[] = [
  { minutesAgo: 42, lived: ["create", "run"], toCome: ["succeed"], nextInMs: 1500 },
  { minutesAgo: 17, lived: ["create", "run"], toCome: ["restart", "run", "succeed"], nextInMs: 4000 },
  { minutesAgo: 95, lived: ["create-suspended"], toCome: ["resume", "run", "fail"], nextInMs: 2500 },
  { minutesAgo: 180, lived: ["create", "run", "succeed"], toCome: [], nextInMs: 0 },
  { minutesAgo: 260, lived: ["create", "run", "fail"], toCome: [], nextInMs: 0 },
];

/** Starts an API server with some jobs in it and lets new ones appear. The first change comes within two seconds. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { seed, now, speed = 1, kinds = KINDS, namespaces = NAMESPACES, after = realAfter } = options;
  const { port = 0, token, skewMs = 0 } = options;
  const server = await startApiServer({ now, seed, port, ...(token !== undefined && { token }) });
  const random = randomFrom(seed);
  const timers = timersOn(after);
  const nextRole = casting(random, kinds, namespaces);
  const theatre: Theatre = { server, random, timers, now, skewMs, speed, nextRole, nextPlan: deckOf(random, DECK) };
  for (const past of ALREADY_THERE) resume(theatre, past);
  timers.after(3000 / speed, () => arrive(theatre));
  const close = async () => {
    timers.stop();
    await server.close();
  };
  return { url: server.url, namespaces, resources: kinds, server, close, [Symbol.asyncDispose]: close };
}
