import type { ScopeStates, WatchHealth } from "./store.ts";

/** The states of scopes as the health of their watches, in the order of their names. */
export function healthOf(scopes: Iterable<readonly [scope: string, states: ScopeStates]>): readonly WatchHealth[] {
  const health = [...scopes].flatMap(([scope, states]) =>
    [...states].map(([kind, state]) => ({ scope, kind, ...state })),
  );
  return health.sort((a, b) => order(a.scope, b.scope) || order(a.kind, b.kind));
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
