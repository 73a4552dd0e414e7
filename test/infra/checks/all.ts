import type { Template } from "../../support/template.ts";
import { alarms, metricNames } from "./alarms.ts";
import { deadLetters, keptTable, queues, sameTable } from "./data.ts";
import { roles, unknownActions, wideResources } from "./permissions.ts";
import { validity } from "./validity.ts";
import { functions, logs, mappings, named, outputs, schedules } from "./work.ts";

export type Check = (template: Template, stage: string) => readonly string[] | Promise<readonly string[]>;

/** What must hold of every template, as complaints where it does not. */
export const CHECKS = {
  "CloudFormation accepts it": (template) => validity(JSON.stringify(template)),
  "every action is one that AWS has": unknownActions,
  "no statement is wider than AWS allows it to be": wideResources,
  "each function has a role of its own": roles,
  "the table is the one that the store is written for": sameTable,
  "the table outlives mistakes": keptTable,
  "queues are encrypted and want TLS": queues,
  "what fails for good is kept": deadLetters,
  "functions have what their code asks for": functions,
  "logs end": logs,
  "ticks come once, and never late": schedules,
  "no event holds up the others": mappings,
  "all that may go wrong has an alarm": alarms,
  "what is looked at is written": metricNames,
  "names carry the stage": named,
  "the outputs tell where to look": outputs,
} satisfies Readonly<Record<string, Check>>;
