import type { JobEvent } from "#jobs/event";
import { type Decision, decide, type Policy } from "#routing/decide";
import type { Route } from "#routing/route";
import type { Silence } from "#routing/silence";
import { jobEvent } from "../../support/events.ts";

/** 2026-11-21T12:00:00Z. */
export const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;

/** A route of a failure; what a test is about is put in its place. */
export function failed(receivers: readonly string[], changes: Partial<Route> = {}): Route {
  return { on: ["Failed"], receivers, ...changes };
}

/** A silence of everything, an hour old, for six hours. */
export function silence(changes: Partial<Silence> = {}): Silence {
  return {
    id: "sil_1",
    match: {},
    author: "ada",
    comment: "maintenance",
    startsAt: NOW - HOUR,
    endsAt: NOW + 6 * HOUR,
    ...changes,
  };
}

/** What is decided, a line for each verdict: `chat hears (route): route 1: Failed`, or one for nobody. */
export function said({ verdicts, because }: Decision): readonly string[] {
  if (verdicts.length === 0) return [`nobody: ${because}`];
  return verdicts.map((each) => `${each.receiver} ${each.told ? "hears" : "does not"} (${each.code}): ${each.because}`);
}

/** What is decided of an event: a failed PyTorchJob ml/mnist of team vision on prod, with some changes. */
export function decided(
  changes: Partial<JobEvent>,
  policy: Policy | readonly Route[],
  silences: readonly Silence[] = [],
): readonly string[] {
  return said(decide(jobEvent(changes), "routes" in policy ? policy : { routes: policy }, silences, NOW));
}
