import { ALARMS, type EventType, type JobEvent } from "#jobs/event";
import type { Action } from "./message.ts";

/** What an event means for a job's one alert. */
export interface Turn {
  /** What to tell PagerDuty; absent where the alert is what it was. */
  readonly action?: Action;
  /** What the alert is open for, when that is done. */
  readonly open: readonly EventType[];
}

const OPENS: readonly EventType[] = ["Failed", "Stalled", "Overdue", "Flapping"];

/**
 * An alert is open for as long as one of its reasons is. That a job runs ends a failure, and that it did not run; that it
 * runs too long, or restarts too often, its rule alone can end. A job that succeeded or is gone needs nobody.
 */
export function turnOf(event: JobEvent, memo: string | undefined): Turn {
  const open = reasonsIn(event, memo);
  // A job that failed is over: that it ran too long is not taken back by an event of its own.
  if (event.event === "Failed") return { action: "trigger", open: ["Failed"] };
  if (OPENS.includes(event.event)) return { action: "trigger", open: [...new Set([...open, event.event])] };
  const left = open.filter((reason) => !ends(event, reason));
  return open.length > 0 && left.length === 0 ? { action: "resolve", open: left } : { open: left };
}

function ends({ event, rule }: JobEvent, reason: EventType): boolean {
  if (event === "Succeeded" || event === "Vanished") return true;
  if (event === "Running") return reason === "Failed" || reason === "Stalled";
  return event === "Recovered" && rule !== undefined && ALARMS[rule.type] === reason;
}

/** What is not remembered the event itself may tell: what came before, or what is over. */
function reasonsIn({ event, previous, rule }: JobEvent, memo: string | undefined): readonly EventType[] {
  // As versions wrote it that knew of failures alone.
  if (memo === "open") return ["Failed"];
  if (memo !== undefined) return OPENS.filter((reason) => memo.split(",").includes(reason));
  if (event === "Recovered" && rule !== undefined) return [ALARMS[rule.type]];
  return previous?.event === "Failed" ? ["Failed"] : [];
}

/** The same, to be remembered. */
export function memoOf(open: readonly EventType[]): string {
  return open.length === 0 ? "closed" : open.join(",");
}
