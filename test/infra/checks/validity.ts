import { type Engine, RegoEngine } from "@aws/cloudformation-validate";

/** Warnings that stay, and why. Notes on style are not looked at. */
const JUDGED: ReadonlyMap<string, string> = new Map([
  ["W3005", "osls writes down that a function depends on its role, though that is known from the role's ARN"],
  ["W8003", "conditions compare parameters of osls, which are texts by the time that CloudFormation sees them"],
  ["W9053", "for the same reason two conditions may look alike"],
]);

let engine: Engine | undefined;

/** What CloudFormation would refuse or frown at, but for the warnings that were judged. */
export function validity(text: string): readonly string[] {
  engine ??= new RegoEngine();
  const { diagnostics } = engine.validateStandard({ path: "template.json", readBytes: () => Buffer.from(text) });
  return diagnostics
    .filter(({ severity, ruleId }) => severity !== "INFO" && severity !== "DEBUG" && !JUDGED.has(ruleId))
    .map(({ ruleId, entity, message }) => `${ruleId} ${entity?.logicalId ?? ""}: ${message}`);
}
