import type { Config } from "#config/config";
import type { EventType } from "#jobs/event";
import type { Watch } from "#polling/watch";
import type { Moment, Planned } from "./planned.ts";

/** What `jobbell plan` was given, as commander parsed it. */
export interface PlanOptions {
  readonly config: string;
  readonly from?: string;
  readonly event?: EventType;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
  readonly cluster?: string;
  readonly store?: string;
  readonly table?: string;
  readonly region?: string;
  readonly limit: number;
  readonly messages?: true;
  readonly output?: "json";
}

/** What a plan is made of. */
export interface PlanInput extends Moment {
  readonly config: Config;
  /** Those that the options ask for. */
  readonly watches: readonly Watch[];
  readonly options: PlanOptions;
}

/** What would be told, and what is to be said of how that was found out. */
export interface Plan {
  readonly planned: readonly Planned[];
  readonly jobs: number;
  readonly remarks: readonly string[];
  readonly failed?: true;
}
