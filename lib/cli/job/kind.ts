import { didYouMean } from "#config/suggest";
import type { Kind } from "#jobs/kinds/reader";
import { KINDS } from "#jobs/kinds/registry";
import { UsageError } from "../failure.ts";

/** One job as people name it: `tfjob mnist`, `TFJob/mnist`. */
export interface Named {
  readonly kind: Kind;
  readonly name: string;
}

/** `TFJob`, `tfjob`, `tfjobs`, `tfjobs.kubeflow.org` -> the kind. Throws {@link UsageError}. */
export function kindOf(text: string): Kind {
  const wanted = text.toLowerCase();
  const kind = KINDS.find(({ resource }) => namesOf(resource).includes(wanted));
  if (kind !== undefined) return kind;
  const known = KINDS.map(({ resource }) => resource.kind);
  const hint = didYouMean(text, known) || `: the kinds are ${known.join(", ")}`;
  throw new UsageError(`there is no kind "${text}"${hint}`);
}

function namesOf({ kind, plural, group }: Kind["resource"]): readonly string[] {
  const names = [kind.toLowerCase(), plural];
  return [...names, ...names.map((name) => `${name}.${group}`)];
}

// Kubernetes allows no other in a name: whatever is not one would lead to another path, or nowhere.
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** `KIND NAME` or `KIND/NAME`. Throws {@link UsageError}. */
export function namedBy(first: string, second: string | undefined): Named {
  const [kind = "", name = second, ...rest] = first.split("/");
  if (rest.length > 0 || (first.includes("/") && second !== undefined))
    throw new UsageError("name one job: KIND NAME, or KIND/NAME");
  if (name === undefined || name === "") throw new UsageError(`name the job: ${kind} NAME, or ${kind}/NAME`);
  const named = { kind: kindOf(kind), name };
  if (!NAME.test(name) || name.length > 253) throw new UsageError(`"${name}" cannot be the name of a job`);
  return named;
}

/** A namespace as it was given. Throws {@link UsageError}. */
export function namespaceOf(text: string | undefined): string {
  if (text === undefined) throw new UsageError("name the namespace: -n NAMESPACE");
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) || text.length > 63)
    throw new UsageError(`"${text}" cannot be the name of a namespace`);
  return text;
}
