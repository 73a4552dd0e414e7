import { type Answer, failure, qualified } from "./answer.ts";
import type { Target, Verb } from "./request.ts";

/** Who may do what, told apart by bearer token. */
export interface User {
  readonly name: string;
  readonly token: string;
  /** Left out: everything. */
  readonly verbs?: readonly Verb[];
  /** What he may not touch, whatever the verb: `pods/log`. */
  readonly without?: readonly string[];
  /** Where: by Roles in these namespaces, and by no ClusterRole. Left out: everywhere. */
  readonly namespaces?: readonly string[];
  /** Milliseconds since 1970, by the server's clock: from then on nobody has this token. */
  readonly expiresAt?: number;
}

/**
 * Why the request is refused, or `undefined` where it may go on. No token at all is the user `system:anonymous`, who
 * may do nothing; a token that nobody has is refused before it is asked what for.
 */
export function refusalOf(
  users: readonly User[],
  now: number,
  header: string | undefined,
  verb: Verb,
  target: Target,
): Answer | undefined {
  if (header === undefined) return forbidden("system:anonymous", verb, target);
  const user = users.find(
    ({ token, expiresAt = Number.POSITIVE_INFINITY }) => header === `Bearer ${token}` && now < expiresAt,
  );
  if (user === undefined) return failure(401, "Unauthorized", "Unauthorized");
  return isAllowed(user, verb, target) ? undefined : forbidden(user.name, verb, target);
}

/** A Role allows nothing at the scope of the cluster, also where there is one in every namespace. */
function isAllowed({ verbs, without = [], namespaces }: User, verb: Verb, target: Target): boolean {
  const { namespace } = target;
  if (without.includes(resourceOf(target))) return false;
  const isThere = namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace));
  return isThere && (verbs === undefined || verbs.includes(verb));
}

function resourceOf({ plural, subresource }: Target): string {
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}

function forbidden(user: string, verb: Verb, target: Target): Answer {
  const { group, plural, name, namespace } = target;
  const what = name === undefined ? qualified(plural, group) : `${qualified(plural, group)} "${name}"`;
  const resource = resourceOf(target);
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  const details = { ...(name === undefined ? {} : { name }), ...(group !== "" && { group }), kind: plural };
  return failure(403, "Forbidden", message, details);
}
