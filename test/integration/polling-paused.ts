import { describe, expect, onTestFinished, test } from "vitest";
import { ClusterError } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import type { Watch } from "#polling/watch";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Store } from "#store/store";
import { drain, NOW } from "../support/store-steps.ts";
import { type TickCall, through } from "../support/store-through.ts";
import { type ListedCluster, openListedCluster } from "../unit/polling/listed-cluster.ts";
import { pollOne, WATCH, wordsOf } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";

type Method = Exclude<TickCall, "claimScope">;
type Moment = readonly ["list" | "watch"] | readonly [Method, "before" | "after"];

const AFTER_LIST: readonly Moment[] = [
  ["list"],
  ["jobs", "before"],
  ["jobs", "after"],
  ["renewScope", "before"],
  ["renewScope", "after"],
  ["advance", "before"],
  ["advance", "after"],
  ["finishScope", "before"],
];
const AFTER_WATCH = AFTER_LIST.map((moment): Moment => (moment[0] === "list" ? ["watch"] : moment));
const WHOLE = AFTER_LIST.filter(([what]) => what !== "renewScope");

/** A name whose row stands beside that of `mnist`: who reads the one reads the other. */
function besideMnist(start: string): string {
  const names = Array.from({ length: 40 * BUCKETS }, (_, index) => `${start}-${index}`);
  return names.find((name) => bucketOf(`ml/${name}`) === bucketOf("ml/mnist")) ?? "";
}

const [YOUNG, GONE] = [besideMnist("young"), besideMnist("gone")];
const EXPECTED = [`${GONE} Vanished`, "mnist Succeeded@9", `${YOUNG} Created@1`, `${YOUNG} Running@3`].toSorted();

/** A process that is stopped for longer than its lease, and then goes on as if nothing had been. */
export function pausedContract(name: string, place: () => Promise<() => Store>): void {
  async function openTwo(watch: Partial<Watch>) {
    const open = await place();
    const cluster = openListedCluster();
    const clock = { now: NOW };
    const events: JobEvent[] = [];
    const [one, other] = [open(), open()];
    onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
    const tick = (store: Store, ahead = () => 0) => {
      const onEvent = (event: JobEvent) => void events.push(event);
      return pollOne({ store, now: () => clock.now + ahead(), pause: async () => {}, onEvent }, cluster, {
        ...WATCH,
        ...watch,
      });
    };
    cluster.set({ mnist: RUNNING, [GONE]: RUNNING, idle: RUNNING });
    await tick(one);
    return { one, other, cluster, clock, events, tick };
  }

  describe.each([
    ["after a tick that knows what the rows agree with", AFTER_LIST, false, {}],
    ["after a tick that failed", WHOLE, true, {}],
    ["following changes", AFTER_WATCH, false, { follow: { resyncMs: 3_600_000 } }],
  ])(`on ${name}, %s, a poller that is stopped`, (_, moments, fails, watch) => {
    describe.each([
      ["for longer than its lease", 0, 61_000],
      ["by one whose clock is far ahead", 61_000, 0],
    ])("%s", (_clocks, ahead, passes) => {
      test.each(moments.map((moment) => [moment] as const))(
        "at %j has lost its scope: all is said once, and nothing that is not so",
        async (moment) => {
          const { one, other, cluster, clock, events, tick } = await openTwo(watch);
          clock.now += 60_000;
          if (fails) await failOnce(cluster, () => tick(one));
          cluster.set({ mnist: SUCCEEDED });
          let stopped = 0;
          const meanwhile = async () => {
            stopped += 1;
            clock.now += passes;
            cluster.set({ [YOUNG]: RUNNING });
            cluster.remove(GONE);
            expect(await tick(other, () => ahead)).toMatchObject({ state: "read" });
          };
          expect(await tick(stoppedAt(moment, one, cluster, meanwhile))).toEqual({ state: "busy" });
          expect(stopped).toBe(1);
          expect(events.map(wordsOf).toSorted()).toEqual(EXPECTED);
          for (const store of [one, other]) {
            clock.now += 120_000;
            expect(await tick(store)).toMatchObject({ state: "read", events: 0 });
          }
          cluster.set({ [YOUNG]: SUCCEEDED, idle: SUCCEEDED });
          expect(await tick(one)).toMatchObject({ events: 2 });
          const delivered = (await drain(one, clock.now)).map(({ event }) => wordsOf(event));
          expect(delivered.toSorted()).toEqual([...EXPECTED, `${YOUNG} Succeeded@9`, "idle Succeeded@9"].toSorted());
        },
      );
    });
  });
}

async function failOnce(cluster: ListedCluster, tick: () => Promise<unknown>): Promise<void> {
  cluster.onListed = async () => {
    throw new ClusterError("unavailable", "prod", "cluster prod cannot answer");
  };
  expect(await tick()).toMatchObject({ state: "failed" });
  cluster.onListed = async () => {};
}

/** The store of a poller that stops once at this moment, until `meanwhile` is over. */
function stoppedAt(moment: Moment, store: Store, cluster: ListedCluster, meanwhile: () => Promise<void>): Store {
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await meanwhile();
  };
  const [method, side] = moment;
  if (method === "list" || method === "watch") {
    cluster[method === "list" ? "onListed" : "onWatched"] = stop;
    return store;
  }
  const stopping = <A extends unknown[], T>(call: (...parts: A) => Promise<T>) => {
    return async (...parts: A): Promise<T> => {
      if (side === "before") await stop();
      const answer = await call(...parts);
      if (side === "after") await stop();
      return answer;
    };
  };
  return through(store, (name, each) => (name === method ? stopping(each) : each));
}
