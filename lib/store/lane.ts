import { createHash } from "node:crypto";
import type { LaneRow, Millis } from "./store.ts";

/** What a lane's row is found by: the same for the same name, and nothing of the name is in it, be it an address. */
export function laneId(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

/** The version of a lane's next row: the clock where that is ahead, so that a row that was dropped and came back is another one. */
export function nextVersion(before: LaneRow | undefined, now: Millis): number {
  return Math.max(Math.floor(now), before === undefined ? 0 : before.version + 1);
}
