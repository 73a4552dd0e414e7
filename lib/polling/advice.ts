import type { Watch } from "./watch.ts";

/** What to do about a server that refuses to tell changes, in one line. */
export function adviceOnRefusal({ kind: { resource } }: Watch): string {
  const rule = `the verb "watch" on resource "${resource.plural}" of apiGroup "${resource.group}"`;
  return `the server refuses to tell changes, so each look reads the whole list: give the account's Role ${rule}, or say watch: false`;
}
