import type { EventType, JobEvent } from "#jobs/event";
import type { Texts } from "./texts.ts";

// Each is two columns wide in a terminal: those that need a variation selector are not.
export const EMOJI: Readonly<Record<EventType, string>> = {
  Created: "🆕",
  Running: "🚀",
  Restarting: "🔄",
  Suspended: "💤",
  Resumed: "⏩",
  Succeeded: "✅",
  Failed: "❌",
  Vanished: "👻",
  Stalled: "⏳",
  Overdue: "⏰",
  Flapping: "🔁",
  Recovered: "💚",
};

const TROUBLE: ReadonlySet<EventType> = new Set(["Failed", "Restarting", "Stalled", "Overdue", "Flapping"]);

export function isTrouble({ event }: JobEvent): boolean {
  return TROUBLE.has(event);
}

/** What the job does now, in words. */
export function stateIn({ states, runningAgain }: Texts, event: JobEvent): string {
  return event.event === "Running" && hasRunBefore(event) ? runningAgain : states[event.event];
}

// A job that was suspended may have been so from its creation on: only these two tell of an earlier run.
export function hasRunBefore({ previous }: JobEvent): boolean {
  return previous?.event === "Running" || previous?.event === "Restarting";
}
