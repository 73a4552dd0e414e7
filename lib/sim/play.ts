import type { ApiServer } from "./api-server.ts";
import type { Role } from "./casting.ts";
import { jobOf } from "./job-specs.ts";
import type { Moment, Stage } from "./lives/stage.ts";
import { lifeOf, PLANS, type Plan } from "./lives.ts";
import { timeOf } from "./metadata.ts";
import type { Random } from "./random.ts";
import type { Timers } from "./timers.ts";

/** What it takes to let jobs live on a server. */
export interface Theatre {
  readonly server: ApiServer;
  readonly random: Random;
  readonly timers: Timers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What is added to it where a controller writes the time. */
  readonly skewMs: number;
  readonly speed: number;
  readonly nextRole: (restarts: boolean) => Role;
  readonly nextPlan: () => Plan;
}

/** A job whose life began before anybody looked. */
export interface Past {
  readonly minutesAgo: number;
  readonly lived: readonly Stage[];
  readonly toCome: readonly Stage[];
  /** Milliseconds until its next change; from then on its life goes at its usual pace. */
  readonly nextInMs: number;
}

/** Puts a job on the server as far as it has come, and lets it live on. */
export function resume(theatre: Theatre, { minutesAgo, lived, toCome, nextInMs }: Past): void {
  const role = theatre.nextRole(toCome.includes("restart"));
  const bornAt = theatre.now() - minutesAgo * 60_000;
  appear(theatre, role, lived[0] === "create-suspended", bornAt);
  for (const [index, { change }] of lifeOf(role.resource, lived).entries()) {
    live(theatre, role, change, bornAt + index * 1000);
  }
  play(theatre, role, lifeOf(role.resource, toCome), nextInMs);
}

/** Lets a new job appear now and another one every few seconds. */
export function arrive(theatre: Theatre): void {
  const { random, timers, speed } = theatre;
  const plan = theatre.nextPlan();
  const role = theatre.nextRole(plan === "restart");
  appear(theatre, role, PLANS[plan][0] === "create-suspended", theatre.now());
  play(theatre, role, lifeOf(role.resource, plan));
  timers.after(random.between(4500, 7500) / speed, () => arrive(theatre));
}

function appear({ server }: Theatre, { resource, wish }: Role, suspend: boolean, at: number): void {
  const { metadata, ...job } = jobOf(resource, { ...wish, suspend });
  server.create(resource, { ...job, metadata: { ...metadata, creationTimestamp: timeOf(at) } });
}

/** Lets the moments come one after the other, and cleans the job away a while after the last. */
function play(theatre: Theatre, role: Role, moments: readonly Moment[], nextInMs?: number): void {
  const { random, timers, speed, now } = theatre;
  const [moment, ...rest] = moments;
  if (moment === undefined) {
    timers.after(random.between(40_000, 80_000) / speed, () => live(theatre, role, "delete", now()));
    return;
  }
  const wait = nextInMs ?? moment.afterMs * random.between(0.7, 1.3);
  timers.after(wait / speed, () => {
    live(theatre, role, moment.change, now());
    if (moment.change !== "delete") play(theatre, role, rest);
  });
}

function live({ server, skewMs }: Theatre, { resource, wish }: Role, change: Moment["change"], at: number): void {
  const { namespace, name } = wish;
  // Somebody else may have deleted it.
  if (server.get(resource, namespace, name) === undefined) return;
  if (change === "delete") server.remove(resource, namespace, name);
  else server.update(resource, namespace, name, (job) => change(job, timeOf(at + skewMs)));
}
