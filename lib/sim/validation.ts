import type { Resource } from "#jobs/job";
import { same } from "./metadata.ts";
import { isBuiltIn, isRecord, type KubeObject } from "./objects.ts";

/** What is wrong with one field. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

const JOB_SPEC = [
  ...["parallelism", "completions", "activeDeadlineSeconds", "podFailurePolicy", "successPolicy", "backoffLimit"],
  ...["backoffLimitPerIndex", "maxFailedIndexes", "selector", "manualSelector", "template", "completionMode"],
  ...["ttlSecondsAfterFinished", "suspend", "podReplacementPolicy", "managedBy"],
];
const KUBEFLOW_SPEC = [
  ...["runPolicy", "successPolicy", "enableDynamicWorker", "elasticPolicy", "nprocPerNode", "slotsPerWorker"],
  ...["mainContainer", "runLauncherAsWorker", "sshAuthMountPath", "launcherCreationPolicy", "mpiImplementation"],
];

const FLAT_POLICY = ["activeDeadlineSeconds", "ttlSecondsAfterFinished", "cleanPodPolicy"];

/** Fields of the spec that the kind does not have: dropped with a warning, or refused where the client is strict. */
export function unknownFieldsOf(resource: Resource, { spec = {} }: KubeObject, flat = false): readonly string[] {
  const kubeflow = flat ? FLAT_POLICY : KUBEFLOW_SPEC;
  const known = isBuiltIn(resource) ? JOB_SPEC : kubeflow;
  return Object.keys(spec).filter((field) => !known.includes(field) && !field.endsWith("ReplicaSpecs"));
}

const JOB_INTEGERS = ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];
const POLICY_INTEGERS = ["activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];

/** The first field that should be a whole number and is not. */
export function typeErrorOf(resource: Resource, { spec = {} }: KubeObject): Problem | undefined {
  const policy = isRecord(spec.runPolicy) ? spec.runPolicy : {};
  const [holder, names, path] = isBuiltIn(resource)
    ? ([spec, JOB_INTEGERS, "spec"] as const)
    : ([policy, POLICY_INTEGERS, "spec.runPolicy"] as const);
  const name = names.find((field) => holder[field] !== undefined && !Number.isInteger(holder[field]));
  if (name === undefined) return undefined;
  const field = `${path}.${name}`;
  const type = typeof holder[name];
  const go = `json: cannot unmarshal ${type} into Go struct field JobSpec.${field} of type int32`;
  const openApi = `Invalid value: "${type}": ${field} in body must be of type integer: "${type}"`;
  return { field, message: isBuiltIn(resource) ? go : openApi };
}

const IMMUTABLE = ["completions", "selector", "template"];

/** Everything that may not be as the change would have it. */
export function errorsOf(
  resource: Resource,
  { before, after, uid }: { before: KubeObject; after: KubeObject; uid: string | undefined },
): readonly Problem[] {
  const changedUid = after.metadata.uid === uid ? [] : [immutable("metadata.uid", after.metadata.uid)];
  const fields = isBuiltIn(resource) ? IMMUTABLE.filter((name) => !same(before.spec?.[name], after.spec?.[name])) : [];
  const spec = fields.map((name) => immutable(`spec.${name}`, after.spec?.[name]));
  return [...changedUid, ...Object.entries(after.metadata.labels ?? {}).flatMap(labelErrors), ...spec];
}

function immutable(field: string, value: unknown): Problem {
  return { field, message: `Invalid value: ${JSON.stringify(value)}: field is immutable` };
}

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const CHARACTERS =
  "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function labelErrors([key, value]: [string, string]): readonly Problem[] {
  const name = key.slice(key.indexOf("/") + 1);
  const examples = "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is";
  const badName = `name part must ${CHARACTERS} ${examples} '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
  const values = "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is";
  const badValue = `a valid label must be an empty string or ${CHARACTERS} ${values} '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
  return [...(NAME.test(name) ? [] : [label(key, badName)]), ...(VALUE.test(value) ? [] : [label(value, badValue)])];
}

function label(value: string, why: string): Problem {
  return { field: "metadata.labels", message: `Invalid value: "${value}": ${why}` };
}
