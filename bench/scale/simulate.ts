import { decide, told } from "#routing/decide";
import { randomFrom } from "#sim/random";
import { START } from "../workload.ts";
import { countingStore, emptyTables } from "./counting-store.ts";
import { openDeliverers, type Posts } from "./deliverers.ts";
import { FLEET, HOT, namespaceOf, openFleet } from "./fleet.ts";
import { openLedger, type Peaks } from "./ledger.ts";
import { type Minute, openPollers } from "./pollers.ts";
import { virtualTime } from "./virtual-time.ts";

const MINUTE = 60_000;
/** Minutes with ticks, the one in which a node pool of the hot namespace dies, and the jobs that it takes along. */
export const MINUTES = 10;
const STORM_AT = 3;
export const STORM = 500;
/** Minutes in which nothing is ticked, and what is queued is delivered. */
const DRAIN = 20;

/** One phase, with the ledger's counts. */
interface Phase {
  readonly minutes: readonly Minute[];
  readonly totals: { readonly requests: number; readonly readUnits: number; readonly writeUnits: number };
  readonly peaks: Peaks;
}

export interface Simulated {
  readonly first: Phase;
  readonly ticks: Phase;
  /** Of the ticks without the first: requests to API servers, objects in them, bytes. */
  readonly lists: { readonly requests: number; readonly objects: number; readonly bytes: number };
  readonly changes: number;
  readonly routed: number;
  readonly posts: Posts;
}

/** The first tick of a whole fleet, then minutes in which it lives, then what is left to deliver. */
export async function simulate(): Promise<Simulated> {
  const tables = emptyTables();
  const ledger = openLedger();
  const random = randomFrom("fleet");
  const pollers = openPollers(
    () => fleet,
    (now) => countingStore(tables, ledger, now),
  );
  const fleet = openFleet(pollers.onListed);
  const first = { minutes: [await pollers.tick(START, () => {})], totals: ledger.totals(), peaks: ledger.peaks() };
  // Long after: what the first tick queued has been worked off.
  const begin = START + 60 * MINUTE;
  const time = virtualTime(begin);
  const { posts, record, retry } = openDeliverers(time, () => countingStore(tables, ledger, time.now));
  ledger.reset();
  Object.assign(fleet.lists, { requests: 0, objects: 0, bytes: 0 });
  const routesOf = new Map(fleet.watches.map(({ namespace, routes }) => [namespace, routes]));
  const minutes: Minute[] = [];
  let [changes, routed] = [0, 0];
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const at = begin + minute * MINUTE;
    changes += changeSome(fleet, random, minute, at);
    minutes.push(
      await pollers.tick(at, (event, heardAt) => {
        for (const receiver of told(decide(event, { routes: routesOf.get(event.namespace) ?? [] }, [], 0))) {
          routed += 1;
          record({ uid: event.uid, receiver }, heardAt);
        }
      }),
    );
    retry();
    await time.runUntil(at + MINUTE);
  }
  const lists = { ...fleet.lists };
  const phase = { minutes, totals: ledger.totals(), peaks: ledger.peaks() };
  for (let minute = MINUTES; minute < MINUTES + DRAIN; minute += 1) {
    retry();
    await time.runUntil(begin + (minute + 1) * MINUTE);
  }
  return { first, ticks: phase, lists, changes, routed, posts };
}

/** Ends as many jobs as end in a minute; no job twice. */
function changeSome(
  fleet: ReturnType<typeof openFleet>,
  random: ReturnType<typeof randomFrom>,
  minute: number,
  at: number,
): number {
  const all = Math.round(FLEET.changesAnHour / 60);
  const hot = Math.round(all * FLEET.hotShare);
  for (let change = 0; change < all; change += 1) {
    const type = change % FLEET.failsOneIn === 0 ? "Failed" : "Succeeded";
    const other = namespaceOf(1 + Math.floor(random.between(0, FLEET.namespaces - 1)));
    if (change < hot) fleet.end(HOT, minute * all + change, type, at);
    else fleet.end(other, (minute * all + change) % FLEET.jobs, type, at);
  }
  const storm = minute === STORM_AT ? STORM : 0;
  for (let job = 0; job < storm; job += 1) fleet.end(HOT, FLEET.hotJobs - 1 - job, "Failed", at);
  return all + storm;
}
