import pMap from "p-map";
import { eventOf, type Happening, type JobEvent } from "#jobs/event";
import { type Decision, decide, told } from "#routing/decide";
import type { Silence } from "#routing/silence";
import { bucketOf } from "#store/bucket";
import type { Advance, JobRow, Millis, Store } from "#store/store";
import type { Agenda } from "./agenda.ts";
import { weigh } from "./alarms.ts";
import type { Change } from "./compare.ts";
import type { Hold } from "./hold.ts";
import { type Watch, watchId } from "./watch.ts";

/** What writing needs. */
export interface WriteServices {
  readonly store: Store;
  readonly now: () => Millis;
  /** Told of each event once it is remembered, and its deliveries queued, for good. */
  readonly onEvent: (event: JobEvent, decision: Decision) => void;
  /** Those of this moment. */
  readonly silences: () => Promise<readonly Silence[]>;
  /** Adds to an event why it happened, where that can be found out. */
  readonly explained: (watch: Watch, event: JobEvent) => Promise<JobEvent>;
}

/** Whose changes are written, and what has to be kept meanwhile. */
interface Writing {
  readonly services: WriteServices;
  readonly hold: Hold;
  readonly watch: Watch;
  readonly agenda: Agenda;
}

/** What came of writing changes. */
export interface Written {
  readonly events: number;
  /** Buckets in which a change was not written, since somebody else had written that row. */
  readonly stale: readonly number[];
}

const WRITES_AT_ONCE = 16;

/**
 * Writes changes side by side, with what rules over time make of them: `asOf` is up to when all that happened to these
 * jobs is known, and where that is not known nothing is raised yet. `lost`: the scope is somebody else's by now, and what
 * was not written yet is theirs to find. Ends, also with an error, when no write is under way any more: the scope may be
 * given back then.
 */
export async function advanceAll(
  writing: Writing,
  changes: readonly Change[],
  asOf: Millis = 0,
): Promise<Written | "lost"> {
  const errors: unknown[] = [];
  const stale: number[] = [];
  let lost = false;
  let events = 0;
  const write = async (change: Change) => {
    if (!(await writing.hold.isKept())) lost = true;
    if (lost || errors.length > 0) return;
    const said = await advance(writing, change, asOf);
    if (said === "stale") stale.push(bucketOf(change.key));
    else events += said;
  };
  const writeOrFail = (change: Change) => write(change).catch((error: unknown) => void errors.push(error));
  await pMap(changes, writeOrFail, { concurrency: WRITES_AT_ONCE });
  if (errors.length > 0) throw errors[0];
  return lost ? "lost" : { events, stale };
}

/** Writes one change and says how many events came of it. */
async function advance({ services, watch, agenda }: Writing, change: Change, asOf: Millis): Promise<number | "stale"> {
  const { store, now, onEvent } = services;
  const { key, before } = change;
  const { after, happenings } = weigh(watch, change, { now: seconds(now()), asOf: seconds(asOf) });
  if (change.untouched && happenings.length === 0 && isAsBefore(before, after)) return 0;
  const decided = await decideAll(services, watch, happenings);
  const deliveries = decided.flatMap(([event, decision]) => told(decision).map((receiver) => ({ receiver, event })));
  // Noted before it is written: a write may come through and its answer not.
  if (after?.dueAt !== undefined) agenda.note(after.dueAt, now());
  const result = await store.advance({ watch: watchId(watch), key, before, after, deliveries, now: now() });
  if (result === "stale") return result;
  for (const [event, decision] of decided) onEvent(event, decision);
  return decided.length;
}

type Decided = readonly [JobEvent, Decision];

/** Each event with who hears of it. */
function decideAll(
  services: WriteServices,
  watch: Watch,
  happenings: readonly Happening[],
): Promise<readonly Decided[]> {
  const origin = { cluster: watch.cluster, resource: watch.kind.resource };
  return Promise.all(happenings.map((happening) => decideOne(services, watch, eventOf(origin, happening))));
}

/** Most events are told to nobody: silences are read, and why it happened is found out, only where somebody would hear. */
async function decideOne({ now, silences, explained }: WriteServices, watch: Watch, event: JobEvent): Promise<Decided> {
  const unsilenced = decide(event, watch, [], now());
  if (told(unsilenced).length === 0) return [event, unsilenced];
  const known = await silences();
  const decision = known.length === 0 ? unsilenced : decide(event, watch, known, now());
  return [told(decision).length === 0 ? event : await explained(watch, event), decision];
}

function isAsBefore(before: JobRow | undefined, after: Advance["after"]): boolean {
  const rulesOf = (row: Pick<JobRow, "memory"> | undefined) => JSON.stringify(row?.memory.rules);
  return before?.dueAt === after?.dueAt && rulesOf(before) === rulesOf(after);
}

function seconds(millis: Millis): number {
  return Math.floor(millis / 1000);
}
