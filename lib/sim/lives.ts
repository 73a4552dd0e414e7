import type { Resource } from "#jobs/job";
import { batchStages } from "./lives/batch-job.ts";
import { kubeflowStages } from "./lives/kubeflow.ts";
import type { Moment, Stage } from "./lives/stage.ts";
import { isBuiltIn } from "./objects.ts";

/** What becomes of a job, in one word. */
export type Plan = "success" | "failure" | "restart" | "suspend" | "deletion";

/** The stages of each plan. A batch Job that restarts runs a failed pod again, and no condition tells. */
export const PLANS: Readonly<Record<Plan, readonly Stage[]>> = {
  success: ["create", "run", "succeed"],
  failure: ["create", "run", "fail"],
  restart: ["create", "run", "restart", "run", "restart-primary", "run", "succeed"],
  suspend: ["create-suspended", "resume", "run", "suspend", "resume", "run", "succeed"],
  deletion: ["create", "run", "delete"],
};

/**
 * A life as the kind's controller writes it: each moment is one version of the job, in order, from the one after its
 * creation. Stages may be given one by one where none of the plans will do; `create-suspended` asks for a job that was
 * created with `suspend: true`.
 */
export function lifeOf(resource: Resource, plan: Plan | readonly Stage[]): readonly Moment[] {
  const stages = typeof plan === "string" ? PLANS[plan] : plan;
  const momentsOf = isBuiltIn(resource) ? batchStages : kubeflowStages(resource.kind);
  return stages.flatMap((stage): readonly Moment[] =>
    stage === "delete" ? [{ afterMs: 6000, change: "delete" }] : momentsOf[stage],
  );
}
