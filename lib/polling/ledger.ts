import type { ScopeStates, WatchState } from "#store/store";

/** What is known of the watches of a scope while they are ticked, each under the name of its kind. */
export interface Ledger {
  of(kind: string): WatchState;
  put(kind: string, state: WatchState): void;
  /** Of all kinds: those that are not ticked now keep what is remembered of them. */
  states(): ScopeStates;
  /** The same, or `undefined` where nothing was put since this was last asked. */
  unsaved(): ScopeStates | undefined;
}

export function ledgerOf(before: ScopeStates): Ledger {
  const states = new Map(before);
  let isChanged = false;
  return {
    of: (kind) => states.get(kind) ?? { failures: 0 },
    put(kind, state) {
      states.set(kind, state);
      isChanged = true;
    },
    states: () => states,
    unsaved() {
      const changed = isChanged ? states : undefined;
      isChanged = false;
      return changed;
    },
  };
}
