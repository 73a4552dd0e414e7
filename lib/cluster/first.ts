import type { Beginning } from "./cluster.ts";
import { fetchPage, type Reading } from "./list.ts";

/** As many objects of a list as its `limit` says, from as many pages as that takes: with a selector some pages are empty. */
export async function readFirst(reading: Reading): Promise<Beginning> {
  const { limit } = reading.query;
  const items: unknown[] = [];
  let token: string | undefined;
  do {
    const page = await fetchPage(reading, token);
    items.push(...page.items);
    token = page.next;
  } while (token !== undefined && items.length < limit);
  return { items: items.slice(0, limit), more: token !== undefined || items.length > limit };
}
