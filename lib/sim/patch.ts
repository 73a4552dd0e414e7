import type { Resource } from "#jobs/job";
import { type Answer, badRequest, failure, invalid, json, notFound, Refusal } from "./answer.ts";
import type { Scope } from "./list.ts";
import { objectBody } from "./list.ts";
import { isBuiltIn, isRecord, type KubeObject, keyOf, typeMeta } from "./objects.ts";
import { errorsOf, type Problem, typeErrorOf, unknownFieldsOf } from "./validation.ts";

type Patch = Record<string, unknown>;

/** One merge patch (RFC 7396), or why it is refused. Other kinds of patches are not understood. */
export function patch(scope: Scope, name: string, query: URLSearchParams, contentType: string, body: string): Answer {
  const { resource, state, namespace = "" } = scope;
  if (contentType.split(";")[0]?.trim() !== "application/merge-patch+json") return unsupported(resource);
  const before = scope.collection.get(keyOf(namespace, name));
  if (before === undefined) return notFound(resource, name);
  const after = merged(before.object, parse(body));
  const isOld = scope.provider === "cci";
  const unknown = unknownFieldsOf(resource, after, isOld);
  if (unknown.length > 0 && !isOld && query.get("fieldValidation") === "Strict")
    throw strict(resource, before.json, unknown);
  for (const field of unknown) delete after.spec?.[field];
  check(resource, before, after);
  if (query.get("dryRun") === "All" && !isOld)
    return json(200, objectBody(resource, JSON.stringify(after)), warningsFor(unknown));
  state.update(resource, namespace, name, (draft) => void Object.assign(draft, after));
  const written = scope.collection.get(keyOf(namespace, name)) ?? before;
  return json(200, objectBody(resource, written.json), isOld ? {} : warningsFor(unknown));
}

function check(resource: Resource, before: { object: KubeObject; json: string }, after: KubeObject): void {
  const { name, resourceVersion, uid } = before.object.metadata;
  const typeError = typeErrorOf(resource, after);
  if (typeError) throw new Refusal(wrongType(resource, before, typeError));
  if (after.metadata.name !== name) {
    const message = `the name of the object (${after.metadata.name}) does not match the name on the URL (${name})`;
    throw new Refusal(badRequest(message));
  }
  if (after.metadata.resourceVersion !== resourceVersion) throw new Refusal(conflict(resource, name));
  const problems = errorsOf(resource, { before: before.object, after, uid });
  if (problems.length > 0) throw new Refusal(rejected(resource, name, problems));
}

function parse(text: string): Patch {
  const value = decoded(text);
  if (isRecord(value)) return value;
  const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  const message = `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  throw new Refusal(badRequest(`error decoding patch: ${message}`));
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const ended = error instanceof SyntaxError && error.message.startsWith("Unexpected end");
    const what = ended ? "unexpected end of JSON input" : "invalid character looking for beginning of value";
    throw new Refusal(badRequest(`error decoding patch: ${what}`));
  }
}

function merged(object: KubeObject, change: Patch): KubeObject {
  const { apiVersion: _, kind: __, ...fields } = change;
  return merge(structuredClone(object), fields) as KubeObject;
}

function merge(target: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change;
  const result: Patch = isRecord(target) ? { ...target } : {};
  for (const [name, part] of Object.entries(change)) {
    if (part === null) delete result[name];
    else result[name] = merge(result[name], part);
  }
  return result;
}

function unsupported(resource: Resource): Answer {
  if (isBuiltIn(resource)) return failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  const accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return failure(415, "UnsupportedMediaType", message);
}

function conflict({ plural, group }: Resource, name: string): Answer {
  const problem = "the object has been modified; please apply your changes to the latest version and try again";
  const message = `Operation cannot be fulfilled on ${plural}.${group} "${name}": ${problem}`;
  return failure(409, "Conflict", message, { name, group, kind: plural });
}

function rejected(resource: Resource, name: string, problems: readonly Problem[]): Answer {
  const causes = problems.map(({ field, message }) => ({ reason: "FieldValueInvalid", message, field }));
  const rounds = [1, 2, 3, 4].flatMap((round) => causes.filter(({ field }) => timesFound(resource, field) >= round));
  return invalid(resource, name, causes, rounds);
}

// Several layers of the server validate metadata, and each adds what it finds to the causes; the message says it once.
function timesFound(resource: Resource, field: string): number {
  if (field === "metadata.uid") return 2;
  if (field === "metadata.labels") return isBuiltIn(resource) ? 4 : 3;
  return 1;
}

function wrongType(resource: Resource, before: { json: string }, { field, message }: Problem): Answer {
  if (isBuiltIn(resource)) return undecodable(resource, before.json, message);
  const cause = { reason: "FieldValueTypeInvalid", message, field };
  const rest =
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
  return invalid(resource, nameIn(before.json), [
    cause,
    { reason: "FieldValueInvalid", message: rest, field: "<nil>" },
  ]);
}

const nameIn = (text: string) => (JSON.parse(text) as KubeObject).metadata.name;

function strict(resource: Resource, text: string, fields: readonly string[]): Refusal {
  const unknown = fields.map((field) => `unknown field "spec.${field}"`).join(", ");
  return new Refusal(undecodable(resource, text, `strict decoding error: ${unknown}`));
}

/** The whole object comes back in the message, 10 kB and more. */
function undecodable(resource: Resource, text: string, why: string): Answer {
  const { kind, apiVersion } = JSON.parse(`{${typeMeta(resource)}}`) as { kind: string; apiVersion: string };
  const object = `{"apiVersion":"${apiVersion}","kind":"${kind}",${text.slice(1)}`;
  const message = `Invalid value: ${JSON.stringify(object)}: ${why}`;
  const causes = [{ reason: "FieldValueInvalid", message, field: "patch" }];
  return failure(422, "Invalid", ` "" is invalid: patch: ${message}`, { causes });
}

function warningsFor(unknown: readonly string[]): Record<string, string> {
  if (unknown.length === 0) return {};
  return { warning: unknown.map((field) => `299 - "unknown field \\"spec.${field}\\""`).join(", ") };
}
