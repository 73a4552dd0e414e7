import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FUNCTIONS } from "../../infra/functions.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TEMPLATE = "cloudformation-template-update-stack.json";

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A CloudFormation template in which nothing is conditional any more. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Packaged {
  /** As osls has written it. */
  readonly text: string;
  readonly template: Template;
  /** What CloudFormation gives to all that takes tags. */
  readonly stackTags: Readonly<Record<string, string>>;
}

export interface Packaging {
  readonly stage?: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly secrets?: object;
  readonly targets?: object;
}

const SECRETS = {
  clusters: { ssm: ["/jobbell/prod/token"], secretsManager: ["cluster-ca"] },
  receivers: { ssm: ["/jobbell/prod/slack"], secretsManager: [] },
};

const TARGETS = { topics: [], buses: [] };

/** Packages serverless.yml in a folder of its own, without network, credentials or the real packages. Rejects with what osls said. */
export async function packaged(packaging: Packaging = {}): Promise<Packaged> {
  const { stage = "dev", params = {}, secrets = SECRETS, targets = TARGETS } = packaging;
  const folder = await mkdtemp(join(tmpdir(), "jobbell-template-"));
  try {
    await layOut(folder, secrets, targets);
    const given = Object.entries(params).flatMap(([name, value]) => ["--param", `${name}=${value}`]);
    await osls(folder, ["package", "--stage", stage, "--package", "out", ...given]);
    const [text, state] = await Promise.all(
      [TEMPLATE, "serverless-state.json"].map((file) => readFile(join(folder, "out", file), "utf8")),
    );
    const { service } = JSON.parse(state ?? "");
    return { text: text ?? "", template: resolved(JSON.parse(text ?? "")), stackTags: service.provider.stackTags };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function layOut(folder: string, secrets: object, targets: object): Promise<void> {
  await mkdir(join(folder, ".build"));
  await Promise.all([
    cp(join(ROOT, "serverless.yml"), join(folder, "serverless.yml")),
    cp(join(ROOT, "infra"), join(folder, "infra"), { recursive: true }),
    writeFile(join(folder, "package.json"), '{"type":"module"}'),
    writeFile(join(folder, ".build", "secrets.json"), JSON.stringify(secrets)),
    writeFile(join(folder, ".build", "targets.json"), JSON.stringify(targets)),
    ...FUNCTIONS.map((name) => writeFile(join(folder, ".build", `${name}.zip`), "")),
  ]);
}

async function osls(folder: string, args: readonly string[]): Promise<void> {
  const program = createRequire(import.meta.url).resolve("osls/bin/serverless.js");
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: "true" };
  await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder, env }).catch(({ stdout, stderr }) => {
    throw new Error(`osls: ${stdout}${stderr}`);
  });
}

/** Something in a nested value, or `undefined`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** A list, of one or none where it is not a list. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Names and resources of one type. */
export function ofType(template: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

export function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}

const NOTHING = Symbol("AWS::NoValue");

/** Decides the template's conditions, as CloudFormation does before all else. */
function resolved(raw: Record<string, unknown>): Template {
  const conditions = isObject(raw.Conditions) ? raw.Conditions : {};
  const stays = (named: [string, unknown]): named is [string, Record<string, unknown>] => {
    const [, entry] = named;
    const condition = at(entry, "Condition");
    return typeof condition !== "string" || holds(conditions[condition]);
  };
  const part = (value: unknown) =>
    Object.fromEntries(
      Object.entries(isObject(value) ? value : {})
        .filter(stays)
        .map(([name, { Condition: _, ...entry }]) => [name, entry]),
    );
  const parts = { Resources: part(raw.Resources), Outputs: part(raw.Outputs) };
  return decided(parts, (name) => holds(conditions[name])) as Template;
}

function decided(value: unknown, isTrue: (condition: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => decided(each, isTrue)).filter((each) => each !== NOTHING);
  if (!isObject(value)) return value;
  if (value.Ref === "AWS::NoValue") return NOTHING;
  const choice = value["Fn::If"];
  if (Array.isArray(choice)) return decided(choice[isTrue(String(choice[0])) ? 1 : 2], isTrue);
  const entries = Object.entries(value).map(([key, each]) => [key, decided(each, isTrue)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== NOTHING));
}

function holds(condition: unknown): boolean {
  const not = at(condition, "Fn::Not", 0);
  if (not !== undefined) return !holds(not);
  const equals = list(at(condition, "Fn::Equals"));
  if (equals.length !== 2) throw new Error(`a condition that is not known here: ${JSON.stringify(condition)}`);
  return String(equals[0]) === String(equals[1]);
}

export interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
}

/** The statements of a role's policies. */
export function statementsOf(role: Resource | undefined): readonly Statement[] {
  return list(role?.Properties.Policies)
    .flatMap((policy) => list(at(policy, "PolicyDocument", "Statement")))
    .map((statement) => ({
      Effect: String(at(statement, "Effect")),
      Action: list(at(statement, "Action")).map(String),
      Resource: list(at(statement, "Resource")),
    }));
}

export interface Permission {
  readonly action: string;
  /** As the template names it: `PollQueue`, `Table/index/due`, `Table.StreamArn`, `parameter/jobbell/prod/token`, `*`. */
  readonly resource: string;
}

/** What each function may do, by the name that it has in serverless.yml. */
export function permissions(template: Template): Readonly<Record<string, readonly Permission[]>> {
  const each = FUNCTIONS.map((name) => [name, permissionsOf(template.Resources[roleOf(template, name)])] as const);
  return Object.fromEntries(each);
}

function permissionsOf(role: Resource | undefined): readonly Permission[] {
  return statementsOf(role).flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => ({ action, resource: nameOf(resource) }))),
  );
}

/** The resource that is a function's role. */
export function roleOf(template: Template, name: string): string {
  return String(at(template.Resources[lambdaOf(name)], "Properties", "Role", "Fn::GetAtt", 0));
}

/** The resource that is a function. */
export function lambdaOf(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}LambdaFunction`;
}

function nameOf(resource: unknown): string {
  const [name, attribute] = list(at(resource, "Fn::GetAtt"));
  if (name !== undefined) return attribute === "Arn" ? String(name) : `${name}.${attribute}`;
  const text = String(at(resource, "Fn::Sub") ?? resource);
  // The sixth part of an ARN: `${AWS::Region}` has colons of its own.
  const arn = /^arn:(?:\$\{[^}]*\}|[^:]*):[^:]*:(?:\$\{[^}]*\}|[^:]*):(?:\$\{[^}]*\}|[^:]*):(.*)$/.exec(text);
  return arn?.[1] ?? text.replaceAll(/\$\{(\w+)\.Arn\}/g, "$1");
}
