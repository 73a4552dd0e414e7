import { atMost, type Benchmark, exactly, plain, type Row } from "./benchmark.ts";
import { duration, megabytes } from "./cluster-read/words.ts";
import { openContenders, type Ran } from "./deliver/contenders.ts";
import { type Received, startReceivers } from "./deliver/receivers.ts";
import { AT_ONCE, POSTS, RECEIVERS } from "./deliver/workload.ts";
import { writeBetween } from "./document.ts";
import { machine, table } from "./report.ts";

const ANSWER_AFTER_MS = 20;
const MOST_MS = 30_000;
const MOST_MB = 300;

/** What delivering takes, beside a loop that only posts. */
export const deliver: Benchmark = {
  name: "deliver",
  about: `How long do ${plain(POSTS)} events to ${RECEIVERS} webhooks take that answer after ${ANSWER_AFTER_MS} ms, and how much memory? From a state file, signed, ${AT_ONCE} posts a receiver at once; beside a loop of fetches that posts the same.`,
  async run() {
    await using receivers = await startReceivers(RECEIVERS, ANSWER_AFTER_MS);
    using contenders = await openContenders();
    const loop = await contenders.bareLoop(receivers.urls);
    const { once } = await receivers.received();
    if (once !== POSTS) throw new Error(`the bare loop posted ${once} events`);
    const ours = await contenders.jobbell(receivers.urls);
    return rowsOf(ours, loop, await receivers.received());
  },
  async write() {
    const rows = await deliver.run();
    writeBetween("docs/performance.md", "deliver", `${machine()}\n\n${table(rows)}`);
    return rows;
  },
};

function rowsOf(ours: Ran, loop: Ran, { once, again, outOfOrder }: Received): readonly Row[] {
  const loopOf = (words: string) => `bare loop ${words}`;
  return [
    {
      what: `${plain(POSTS)} events: from the first look at the outbox to the last settlement`,
      against: loopOf(duration(loop.workMs)),
      measured: duration(ours.workMs),
      goal: atMost(ours.workMs / 1000, MOST_MS / 1000, "s", "time"),
    },
    { what: "… a second", against: loopOf(rateOf(loop)), measured: rateOf(ours) },
    { what: "… processor time", against: loopOf(duration(loop.cpuMs)), measured: duration(ours.cpuMs) },
    {
      what: "… peak memory",
      against: loopOf(megabytes(loop.peakMb)),
      measured: megabytes(ours.peakMb),
      goal: atMost(ours.peakMb, MOST_MB, "MB", "time"),
    },
    { what: "events that came once", measured: plain(once), goal: exactly(once, POSTS) },
    { what: "… came again", measured: plain(again), goal: exactly(again, 0) },
    { what: "… came out of their order", measured: plain(outOfOrder), goal: exactly(outOfOrder, 0) },
    { what: "… are left in the outbox", measured: plain(ours.pending), goal: exactly(ours.pending, 0) },
  ];
}

function rateOf({ workMs }: Ran): string {
  return plain(POSTS / (workMs / 1000), 0);
}
