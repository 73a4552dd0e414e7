import * as z from "zod";

/** What the queue carries: watches of one cluster that are to be ticked once. */
export const PollMessage = z.object({
  cluster: z.string(),
  /** Ids of watches, see `watchId`. */
  watches: z.array(z.string()).min(1),
  /** When the schedule sent it, in milliseconds. */
  at: z.number(),
});
export type PollMessage = z.infer<typeof PollMessage>;
