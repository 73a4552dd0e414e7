import { type Cluster, ClusterError } from "#cluster/cluster";
import type { ClaimedScope, Cursor, ScopeStates, WatchState } from "#store/store";
import { openAgenda, rulesName, withAgenda } from "./agenda.ts";
import { type Digests, decodeDigests, encodeDigests } from "./digests.ts";
import { openExplained } from "./explained.ts";
import { holdOf, leaseFrom } from "./hold.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";
import { type TickResult, tick } from "./tick.ts";
import type { PollServices, Position, TickServices, Turn } from "./turn.ts";
import { kindKey, scopeId, type Watch } from "./watch.ts";

/** What became of one watch: what to say of it, or what to throw. */
type Outcome = { readonly result: TickResult } | { readonly thrown: unknown };

const BUSY: TickResult = { state: "busy" };

/**
 * Ticks the watches of one scope side by side, under one claim; results come in their order. None delays or fails the
 * events of another. Throws what is no failure of the cluster, a broken store or an abort, once all are done.
 */
export async function tickScope(
  outside: PollServices & Pick<TickServices, "silences">,
  cluster: Cluster,
  watches: readonly [Watch, ...Watch[]],
  signal: AbortSignal,
): Promise<readonly TickResult[]> {
  const { store, now } = outside;
  signal.throwIfAborted();
  const services = { ...outside, explained: openExplained(cluster, outside, signal) };
  const at = now();
  const until = leaseFrom(at);
  const claimed = await store.claimScope(scopeId(watches[0]), { until }, at);
  if (claimed === "busy") return watches.map(() => BUSY);
  const ledger = ledgerOf(claimed.interrupted ? withoutDigests(claimed.states) : claimed.states);
  const hold = holdOf(store, claimed.claim, now, until, ledger.unsaved);
  const common = { services, cluster, hold, signal };
  const outcomes = await Promise.all(watches.map((watch) => tickOne({ ...common, watch }, claimed, ledger)));
  const finish = store.finishScope(claimed.claim, ledger.states());
  const thrown = outcomes.find((outcome) => "thrown" in outcome);
  if (thrown !== undefined) {
    // The first thing that went wrong is what counts, and a claim that cannot be given back has an end.
    await finish.catch(() => {});
    throw thrown.thrown;
  }
  if ((await finish) === "lost") return watches.map(() => BUSY);
  return outcomes.map((outcome) => ("result" in outcome ? outcome.result : BUSY));
}

async function tickOne(
  common: Omit<Turn, "cursor" | "known" | "areRulesNew" | "agenda" | "onProgress">,
  { interrupted }: ClaimedScope,
  ledger: Ledger,
): Promise<Outcome> {
  const kind = kindKey(common.watch);
  const before = ledger.of(kind);
  const { cursor } = before;
  const areRulesNew = cursor !== undefined && cursor.rules !== rulesName(common.watch);
  const known = areRulesNew ? undefined : decodeDigests(cursor?.digests);
  const agenda = openAgenda(common.watch, cursor, !interrupted, common.services.now());
  // A holder that was interrupted may be writing still: what agrees with the rows now may not in a moment.
  const kept = (digests: Digests | undefined) =>
    interrupted || digests === undefined ? {} : { digests: encodeDigests(digests) };
  // What was written is due at some time, however the tick ends.
  const noted = ({ cursor: moved, ...state }: WatchState): WatchState =>
    moved === undefined ? state : { ...state, cursor: withAgenda(moved, agenda, common.services.now()) };
  const onProgress = ({ resourceVersion, digests }: Position) => {
    const { digests: _, ...rest } = cursor ?? { tickedAt: common.services.now() };
    const moved = { ...rest, resourceVersion, ...kept(digests) };
    ledger.put(kind, noted({ ...before, cursor: moved }));
  };
  try {
    const ticked = await tick({ ...common, cursor, known, areRulesNew, agenda, onProgress });
    if (ticked === "lost") return { result: BUSY };
    const { report, failure } = ticked;
    if (failure !== undefined) {
      ledger.put(kind, failedState(noted(ledger.of(kind)), before, failure));
      return { result: failed(failure, cursor) };
    }
    ledger.put(kind, { cursor: { ...ticked.cursor, ...kept(ticked.digests) }, failures: 0 });
    return { result: { state: "read", lastTickAt: cursor?.tickedAt, ...report } };
  } catch (error) {
    const state = noted(withoutDigestsOf(ledger.of(kind)));
    ledger.put(kind, error instanceof ClusterError ? failedState(state, before, error) : state);
    return error instanceof ClusterError ? { result: failed(error, cursor) } : { thrown: error };
  }
}

function failedState({ cursor }: WatchState, { failures }: WatchState, { message }: ClusterError): WatchState {
  return { ...(cursor && { cursor }), failures: failures + 1, error: message };
}

/** Of all kinds, whichever of them are ticked now: what an interrupted holder wrote is not known. */
function withoutDigests(states: ScopeStates): ScopeStates {
  return new Map([...states].map(([kind, state]) => [kind, withoutDigestsOf(state)]));
}

function withoutDigestsOf({ cursor, ...state }: WatchState): WatchState {
  if (cursor === undefined) return state;
  const { digests: _, ...rest } = cursor;
  return { ...state, cursor: rest };
}

function failed({ code, message }: ClusterError, cursor: Cursor | undefined): TickResult {
  if (code === "not-installed" && cursor === undefined) return { state: code, message };
  return { state: "failed", code, message, lastTickAt: cursor?.tickedAt };
}
