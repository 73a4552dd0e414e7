import * as z from "zod";
import { durationText } from "./schema-durations.ts";
import { Exclude, Match } from "./schema-routes.ts";
import { oneOf, RULE_CHOICE } from "./ways.ts";

const Long = durationText(60_000, 366 * 86_400_000, "15m, 12h or 3d", "from 1m to 366d");
const MORE_THAN = "must be a whole number from 1 to 50";

const Restarts = z
  .strictObject({
    moreThan: z.int(MORE_THAN).min(1, MORE_THAN).max(50, MORE_THAN).describe("How many restarts are allowed."),
    within: durationText(60_000, 7 * 86_400_000, "30m or 6h", "from 1m to 7d").describe("Within which time."),
  })
  .describe("A job that restarts more often is Flapping.");

/** An entry under `rules`. */
export const Rule = z
  .strictObject({
    pendingFor: Long.exactOptional().describe("A job that does not run for so long is Stalled."),
    suspendedFor: Long.exactOptional().describe("A job that is suspended for so long is Stalled."),
    runningFor: Long.exactOptional().describe("A job that runs for so long is Overdue."),
    restarts: Restarts.exactOptional(),
    match: Match.exactOptional().describe("The jobs that the rule is for. Default: all."),
    exclude: Exclude.exactOptional(),
  })
  .meta({
    description: "What must not last. Of several rules of one type the first that means a job counts.",
    ...oneOf(RULE_CHOICE),
  });
export type Rule = z.infer<typeof Rule>;
