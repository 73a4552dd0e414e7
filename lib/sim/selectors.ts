import type { Resource } from "#jobs/job";
import { badRequest, Refusal } from "./answer.ts";
import { isBuiltIn, isRecord, type KubeObject } from "./objects.ts";

export type Selector = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k` as a test of an object's labels. */
export function labelSelector(text: string): Selector {
  const requirements = splitOutsideParentheses(text).map(requirementOf);
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}));
}

/** `metadata.name=a,metadata.namespace!=b`: no other field of a job can be asked for, and few of pods and events. */
export function fieldSelector(text: string, resource: Resource): Selector {
  const requirements = text
    .split(",")
    .filter(Boolean)
    .map((part) => fieldRequirement(part, resource));
  return (object) => requirements.every((holds) => holds(object));
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const COMPARISON = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/;
const EXISTENCE = /^(!?)\s*([^\s=!,()]+)$/;

function requirementOf(text: string): Requirement {
  const set = SET.exec(text);
  if (set)
    return membership(
      set[1] ?? "",
      set[2] === "in",
      (set[3] ?? "").split(",").map((value) => value.trim()),
    );
  const comparison = COMPARISON.exec(text);
  if (comparison) return membership(comparison[1] ?? "", comparison[2] !== "!=", [comparison[3] ?? ""]);
  const existence = EXISTENCE.exec(text);
  if (existence) return (labels) => (labels[existence[2] ?? ""] !== undefined) === (existence[1] === "");
  throw new Refusal(badRequest(`unable to parse requirement: found '${text}', expected: identifier`));
}

// A label that is absent is never among the values: `!=` and `notin` hold for it.
function membership(key: string, wanted: boolean, values: readonly string[]): Requirement {
  return (labels) => values.includes(labels[key] ?? "\0") === wanted;
}

function fieldRequirement(text: string, resource: Resource): Selector {
  const [, field, operator, value] = COMPARISON.exec(text.trim()) ?? [];
  if (field === undefined) {
    throw new Refusal(badRequest(`invalid selector: '${text}'; can't understand '${text}'`));
  }
  if (!["metadata.name", "metadata.namespace", ...(FIELDS[resource.plural] ?? [])].includes(field)) {
    throw new Refusal(badRequest(unsupported(field, resource)));
  }
  return (object) => (valueAt(object, field.split(".")) === value) === (operator !== "!=");
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: ["status.phase"],
  events: ["involvedObject.uid", "type"],
};

function valueAt(object: unknown, [name, ...rest]: readonly string[]): unknown {
  return name === undefined ? object : valueAt(isRecord(object) ? object[name] : undefined, rest);
}

function unsupported(field: string, resource: Resource): string {
  return isBuiltIn(resource)
    ? `field label "${field}" not supported for ${resource.kind}`
    : `field label not supported: ${field}`;
}
