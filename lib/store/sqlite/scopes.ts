import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { healthOf } from "../health.ts";
import { json, States } from "../schemas.ts";
import type { Claim, ClaimedScope, Lease, Millis, ScopeStates, WatchHealth } from "../store.ts";
import { transaction } from "./transaction.ts";

const Row = z.object({
  scope: z.string(),
  claims: z.number(),
  states: json(States),
  owner: z.string().nullable(),
  until: z.number().nullable(),
});

const FIND = "SELECT * FROM scope WHERE scope = ?";
const CLAIM = `
  INSERT INTO scope (scope, claims, owner, until) VALUES (:scope, 1, :owner, :until)
  ON CONFLICT (scope) DO UPDATE SET claims = claims + 1, owner = :owner, until = :until`;
const HELD = "scope = :scope AND owner = :owner AND claims = :number";
const RENEW = `UPDATE scope SET until = :until WHERE ${HELD}`;
const KEEP = `UPDATE scope SET until = :until, states = :states WHERE ${HELD}`;
const FINISH = `UPDATE scope SET states = :states, owner = NULL, until = NULL WHERE ${HELD}`;

function encode(states: ScopeStates): string {
  return JSON.stringify(Object.fromEntries(states));
}

/** The claims on scopes, and the states of their watches. A scope that has an owner was not finished. */
export function scopeTable(database: DatabaseSync, owner: string) {
  const find = database.prepare(FIND);
  const claim = database.prepare(CLAIM);
  const renew = database.prepare(RENEW);
  const keep = database.prepare(KEEP);
  const finish = database.prepare(FINISH);
  const all = database.prepare("SELECT * FROM scope");

  return {
    claim(scope: string, { until }: Lease, now: Millis): ClaimedScope | "busy" {
      return transaction(database, () => {
        const found = find.get(scope);
        const row = found && Row.parse(found);
        const interrupted = row !== undefined && row.owner !== null;
        if (interrupted && (row.until ?? 0) > now) return "busy";
        claim.run({ scope, owner, until: Math.ceil(until) });
        return { claim: { scope, number: (row?.claims ?? 0) + 1 }, states: row?.states ?? new Map(), interrupted };
      });
    },
    renew({ scope, number }: Claim, { until }: Lease, states?: ScopeStates): "renewed" | "lost" {
      const claimed = { scope, owner, number, until: Math.ceil(until) };
      const { changes } = states === undefined ? renew.run(claimed) : keep.run({ ...claimed, states: encode(states) });
      return changes === 1 ? "renewed" : "lost";
    },
    finish({ scope, number }: Claim, states: ScopeStates): "finished" | "lost" {
      const { changes } = finish.run({ scope, owner, number, states: encode(states) });
      return changes === 1 ? "finished" : "lost";
    },
    health(): readonly WatchHealth[] {
      const rows = z.array(Row).parse(all.all());
      return healthOf(rows.map(({ scope, states }) => [scope, states] as const));
    },
  };
}
