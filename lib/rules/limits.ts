import type { RuleType } from "#jobs/job";
import { type Identity, isMeant } from "#jobs/match";
import type { Limit, Rule } from "./rule.ts";

/** What must not last, or happen too often, in this job: of each type of rule the first that means it. */
export function limitsOf(rules: readonly Rule[], job: Identity): readonly Limit[] {
  const limits = new Map<RuleType, Limit>();
  for (const rule of rules) if (!limits.has(rule.type) && means(rule, job)) limits.set(rule.type, rule);
  return [...limits.values()];
}

function means({ match = {}, exclude = [] }: Rule, job: Identity): boolean {
  return isMeant(job, match) && !exclude.some((each) => isMeant(job, each));
}
