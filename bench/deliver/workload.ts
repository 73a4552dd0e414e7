import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { jobEvent } from "../../test/support/events.ts";

export const RECEIVERS = 50;
export const AT_ONCE = 8;
export const SECRET = `whsec_${Buffer.from("a secret of the benchmark, 32 by").toString("base64")}`;

const JOBS = 2_500;
const EVENTS_PER_JOB = 4;
export const POSTS = JOBS * EVENTS_PER_JOB;

/** The events of each job, in their order, with the number of the receiver that they are for. */
export function jobs(): readonly { readonly receiver: number; readonly events: readonly JobEvent[] }[] {
  return Array.from({ length: JOBS }, (_, job) => ({
    receiver: job % RECEIVERS,
    events: Array.from({ length: EVENTS_PER_JOB }, (_, number) => eventOf(job, number)),
  }));
}

function eventOf(job: number, number: number): JobEvent {
  const event = EVENT_TYPES[number] ?? "Failed";
  return jobEvent({ id: `evt_${job}_${number}`, uid: `uid-${job}`, name: `train-${job}`, event });
}
