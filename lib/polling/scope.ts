import { type Cluster, ClusterError } from "#cluster/cluster";
import type { ClaimedScope, Cursor, ScopeStates, WatchState } from "#store/store";
import { decodeDigests, encodeDigests } from "./digests.ts";
import { type Hold, holdOf, leaseFrom } from "./hold.ts";
import { type TickResult, type TickServices, tick } from "./tick.ts";
import { kindKey, scopeId, type Watch } from "./watch.ts";

/** What became of one watch: what to say of it or what to throw, and what to remember. */
type Outcome = { readonly state: WatchState } & ({ readonly result: TickResult } | { readonly thrown: unknown });

const BUSY: TickResult = { state: "busy" };

/**
 * Ticks the watches of one scope side by side, under one claim; results come in their order. None delays or fails the
 * events of another. Throws what is no failure of the cluster, a broken store or an abort, once all are done.
 */
export async function tickScope(
  services: TickServices,
  cluster: Cluster,
  watches: readonly [Watch, ...Watch[]],
  signal: AbortSignal,
): Promise<readonly TickResult[]> {
  const { store, now } = services;
  signal.throwIfAborted();
  const at = now();
  const until = leaseFrom(at);
  const claimed = await store.claimScope(scopeId(watches[0]), { until }, at);
  if (claimed === "busy") return watches.map(() => BUSY);
  const hold = holdOf(store, claimed.claim, now, until);
  const outcomes = await Promise.all(
    watches.map((watch) => outcomeOf(services, cluster, watch, claimed, hold, signal)),
  );
  const finish = store.finishScope(claimed.claim, statesAfter(claimed.states, watches, outcomes));
  const thrown = outcomes.find((outcome) => "thrown" in outcome);
  if (thrown !== undefined) {
    // The first thing that went wrong is what counts, and a claim that cannot be given back has an end.
    await finish.catch(() => {});
    throw thrown.thrown;
  }
  if ((await finish) === "lost") return watches.map(() => BUSY);
  return outcomes.map((outcome) => ("result" in outcome ? outcome.result : BUSY));
}

/** Kinds that are not watched now keep what is remembered of them. */
function statesAfter(before: ScopeStates, watches: readonly Watch[], outcomes: readonly Outcome[]): ScopeStates {
  const after = watches.map((watch, index) => [kindKey(watch), outcomes[index]?.state ?? { failures: 0 }] as const);
  return new Map([...before, ...after]);
}

async function outcomeOf(
  services: TickServices,
  cluster: Cluster,
  watch: Watch,
  { states, interrupted }: ClaimedScope,
  hold: Hold,
  signal: AbortSignal,
): Promise<Outcome> {
  const before = states.get(kindKey(watch)) ?? { failures: 0 };
  const { cursor } = before;
  const first = cursor === undefined;
  const known = interrupted ? undefined : decodeDigests(cursor?.digests);
  try {
    const ticked = await tick({ services, cluster, watch, hold, first, known, signal });
    if (ticked === "lost") return { state: before, result: BUSY };
    const { resourceVersion, digests, report } = ticked;
    // A holder that was interrupted may be writing still: what agrees with the rows now may not in a moment.
    const kept = interrupted || digests === undefined ? {} : { digests: encodeDigests(digests) };
    const after: Cursor = { resourceVersion, tickedAt: services.now(), ...kept };
    return {
      state: { cursor: after, failures: 0 },
      result: { state: "read", lastTickAt: cursor?.tickedAt, ...report },
    };
  } catch (error) {
    const state = withoutDigests(before);
    if (!(error instanceof ClusterError)) return { state, thrown: error };
    return { state: { ...state, failures: before.failures + 1, error: error.message }, result: failed(error, cursor) };
  }
}

function withoutDigests({ cursor, ...state }: WatchState): WatchState {
  if (cursor === undefined) return state;
  const { resourceVersion, tickedAt } = cursor;
  return { ...state, cursor: { resourceVersion, tickedAt } };
}

function failed({ code, message }: ClusterError, cursor: Cursor | undefined): TickResult {
  if (code === "not-installed" && cursor === undefined) return { state: code, message };
  return { state: "failed", code, message, lastTickAt: cursor?.tickedAt };
}
