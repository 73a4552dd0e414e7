import { setTimeout as after } from "node:timers/promises";
import * as z from "zod";
import { randomFrom } from "#sim/random";
import { folder, start } from "../../test/support/command.ts";
import { startWebhook, type WebhookServer } from "../../test/support/loopback-receiver.ts";
import { atMost, type Benchmark, exactly, median, percentile, plain, type Row } from "../benchmark.ts";
import { type BenchServer, startServer } from "./server.ts";
import { duration } from "./words.ts";

const JOBS = 2000;
const NAMESPACE = "bench";
/** Every fourth moment has a burst of so many changes, the others one each. */
const MOMENTS = 140;
const BURST = 4;
const BURST_EVERY = 4;
const MOST_PAUSE_MS = 250;
const MEDIAN_MS = 300;
const LATE_MS = 1000;
/** Whoever has not come by then has not come. */
const LOST_AFTER_MS = 10_000;

export const live: Benchmark = {
  name: "live",
  about: `How long after a change does \`jobbell run\` with \`hold\` post it? ${plain(JOBS)} jobs, changes at random moments, one at a time and in bursts of ${BURST}, to a receiver on this machine.`,
  async run() {
    await using server = await startServer({ namespaces: [NAMESPACE], jobs: JOBS });
    await using hook = await startWebhook();
    using home = folder();
    home.write("jobbell.yml", configOf(server.url, hook.url));
    const run = start(["run", "--json"], { cwd: home.path });
    try {
      const died = run.ended.then(({ stderr }) => Promise.reject(new Error(`jobbell run ended: ${stderr}`)));
      return rowsOf(await Promise.race([delaysOf(server, hook), died]));
    } finally {
      run.process.kill("SIGINT");
      await run.ended;
    }
  },
};

interface Delays {
  readonly changes: number;
  readonly posts: number;
  readonly ms: readonly number[];
}

async function delaysOf(server: BenchServer, hook: WebhookServer): Promise<Delays> {
  while ((await server.counts()).watches === 0) await after(50);
  const random = randomFrom("live");
  const changedAt = new Map<string, number>();
  const arrivedAt = new Map<string, number>();
  const listening = listen(hook, arrivedAt);
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    await after(random.between(0, MOST_PAUSE_MS));
    const { at, names } = await server.change(moment % BURST_EVERY === 0 ? BURST : 1);
    for (const name of names) changedAt.set(name, at);
  }
  await Promise.race([hook.received(changedAt.size), after(LOST_AFTER_MS)]);
  listening.abort();
  const ms = [...changedAt].flatMap(([name, at]) => (arrivedAt.get(name) ?? Number.NaN) - at).filter(Number.isFinite);
  return { changes: changedAt.size, posts: hook.accepted.length, ms };
}

const Body = z.object({ data: z.object({ job: z.object({ name: z.string() }) }) });

/** Notes when each job's first message came. */
function listen(hook: WebhookServer, arrivedAt: Map<string, number>): AbortController {
  const stop = new AbortController();
  const next = async (): Promise<void> => {
    for (let count = 0; !stop.signal.aborted; count += 1) {
      await hook.received(count + 1);
      const at = Date.now();
      const { name } = Body.parse(JSON.parse(hook.accepted[count]?.body ?? "")).data.job;
      if (!arrivedAt.has(name)) arrivedAt.set(name, at);
    }
  };
  void next();
  return stop;
}

function rowsOf({ changes, posts, ms }: Delays): readonly Row[] {
  if (ms.length === 0) throw new Error("nothing was posted");
  const [middle, late] = [median(ms), percentile(ms, 0.99)];
  return [
    {
      what: "from a change to its post: median",
      measured: duration(middle),
      goal: atMost(middle, MEDIAN_MS, "ms", "time"),
    },
    { what: "… 99th percentile", measured: duration(late), goal: atMost(late, LATE_MS, "ms", "time") },
    { what: "… longest", measured: duration(Math.max(...ms)) },
    {
      what: "changes that were not posted",
      against: `${plain(changes)} changes`,
      measured: plain(changes - ms.length),
      goal: exactly(changes - ms.length, 0),
    },
    { what: "… posted more than once", measured: plain(posts - ms.length), goal: exactly(posts - ms.length, 0) },
  ];
}

function configOf(server: string, hook: string): string {
  return `clusters: [{ name: bench, server: "${server}", auth: { token: bench } }]
receivers: [{ name: hook, webhook: { url: "${hook}", allowInsecure: true, allowPrivate: true } }]
namespaces: [{ namespace: ${NAMESPACE}, kinds: [TFJob], hold: 50s, routes: [{ receivers: [hook] }] }]
`;
}
