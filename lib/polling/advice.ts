import { isPattern } from "#jobs/namespaces";
import type { Watch } from "./watch.ts";

/** What to do about a server that refuses to tell changes, in one line. */
export function adviceOnRefusal({ kind: { resource }, namespace }: Watch): string {
  const role = isPattern(namespace) ? "ClusterRole" : "Role";
  const rule = `the verb "watch" on resource "${resource.plural}" of apiGroup "${resource.group}"`;
  return `the server refuses to tell changes, so each look reads the whole list: give the account's ${role} ${rule}, or say watch: false`;
}
