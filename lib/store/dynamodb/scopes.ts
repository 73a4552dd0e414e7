import * as z from "zod";
import { healthOf } from "../health.ts";
import type { Claim, ClaimedScope, Lease, Millis, ScopeStates, WatchHealth } from "../store.ts";
import { isClaim, isFree } from "./conditions.ts";
import { expressions, piece } from "./expressions.ts";
import { SCOPES, scopeKey } from "./keys.ts";
import { all, type Item, read, replace, type Table, update } from "./requests.ts";
import { decodeScope, encodeStates } from "./scope-row.ts";
import { LISTED } from "./table.ts";

// The sort key is the same for all and for ever: a tick must not write to the index as well.
const LISTING = { list: SCOPES, listedAt: 0 };

const Keys = z.object({ pk: z.string(), sk: z.string() });

/** One write and no read: the row as it was before tells whether its holder had finished, and which claim this is. */
export async function claimScope(
  table: Table,
  scope: string,
  { until }: Lease,
  now: Millis,
): Promise<ClaimedScope | "busy"> {
  const key = scopeKey(scope);
  const set = { ...LISTING, owner: table.owner, until: Math.ceil(until) };
  const before = await replace(table, key, { set, add: { n: 1 } }, isFree(now));
  if (before === undefined) return "busy";
  const { claims, states, isHeld } = decodeScope({ ...key, ...before });
  return { claim: { scope, number: claims + 1 }, states, interrupted: isHeld };
}

export async function renewScope(
  table: Table,
  claim: Claim,
  { until }: Lease,
  states?: ScopeStates,
): Promise<"renewed" | "lost"> {
  const change = { set: { until: Math.ceil(until), ...(states && { w: encodeStates(states) }) } };
  const row = await update(table, scopeKey(claim.scope), change, isClaim(claim, table.owner));
  return row === undefined ? "lost" : "renewed";
}

export async function finishScope(table: Table, claim: Claim, states: ScopeStates): Promise<"finished" | "lost"> {
  const change = { set: { w: encodeStates(states) }, remove: ["owner", "until"] };
  const row = await update(table, scopeKey(claim.scope), change, isClaim(claim, table.owner));
  return row === undefined ? "lost" : "finished";
}

/** The index names the scopes, by and by; their rows are read as they are. */
export async function watches(table: Table): Promise<readonly WatchHealth[]> {
  const condition = piece("#list = :scopes", { ":scopes": SCOPES });
  const found = await all(table, { IndexName: LISTED, ...expressions({ KeyConditionExpression: condition }) });
  const rows = await Promise.all(found.map((item) => read(table, Keys.parse(item))));
  const scopes = rows.filter((row): row is Item => row !== undefined).map(decodeScope);
  return healthOf(scopes.map(({ scope, states }) => [scope, states] as const));
}
