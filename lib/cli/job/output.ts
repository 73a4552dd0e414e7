import { Document, visit } from "yaml";
import { apiVersionOf } from "#jobs/event";
import type { Kind } from "#jobs/kinds/reader";
import { escaped, jsonOf, printable } from "../printable.ts";

/** How jobs are shown; a table where nothing is said. */
export type Format = "json" | "yaml" | "name";

/** One object of a kind. */
export interface Found {
  readonly kind: Kind;
  readonly object: unknown;
}

/** One object. */
export function oneAs(format: Format, found: Found): string {
  return format === "name" ? nameOf(found) : written(format, plain(found));
}

/** Several objects, as a `List`, which `kubectl` understands too. */
export function manyAs(format: Format, found: readonly Found[]): string {
  if (format === "name") return found.map(nameOf).join("\n");
  return written(format, { apiVersion: "v1", kind: "List", items: found.map(plain) });
}

/** `tfjob.kubeflow.org/mnist` */
export function nameOf({ kind: { resource }, object }: Found): string {
  const metadata = fieldsOf(fieldsOf(object).metadata);
  return printable(`${resource.kind.toLowerCase()}.${resource.group}/${String(metadata.name)}`, () => " ");
}

/** The object as the API shows it, less the half of it that says which program wrote which field. Items of a JobList carry no kind. */
function plain({ kind, object }: Found): object {
  const { metadata, ...rest } = fieldsOf(object);
  const { managedFields: _, ...kept } = fieldsOf(metadata);
  return { apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind, metadata: kept, ...rest };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function written(format: "json" | "yaml", value: object): string {
  return format === "json" ? jsonOf(value) : yamlOf(value);
}

function yamlOf(value: object): string {
  // As YAML 1.1, which kubectl reads: there `yes` and `0777` are not text.
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && printable(node.value, escaped) !== node.value) node.type = "QUOTE_DOUBLE";
    },
  });
  const text = document.toString({ directives: false, lineWidth: 0 });
  return printable(text.trimEnd(), escaped);
}
