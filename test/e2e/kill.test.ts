import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventId, type JobEvent } from "#jobs/event";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { type Command, folder, jsonLines, kubeconfig, run, start } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { type Loopback, startWebhook } from "../support/loopback-receiver.ts";

const KILLS = 50;
const STEPS = ["Created", "Running", "Succeeded"] as const;

/** Numbers that look random and are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A namespace in which jobs come and move on. `expected` has the job of each event id, in the order in which they happened. */
function jobsOf(api: ApiServer, random: () => number) {
  const expected = new Map<string, string>();
  const jobs: { readonly name: string; readonly uid: string; done: number }[] = [];
  let clock = 1_000_000;
  return {
    expected,
    /** Adds two jobs, and moves about half of all that have not ended a step. */
    move(): void {
      for (const _ of [1, 2]) {
        const name = `job-${jobs.length}`;
        jobs.push({ name, uid: createJob(api, name), done: 0 });
      }
      for (const job of jobs.filter(() => random() < 0.5)) {
        const step = STEPS[job.done];
        if (step === undefined) continue;
        job.done += 1;
        clock += 1;
        setCondition(api, job.name, step, clock);
        expected.set(eventId("prod", job.uid, step, clock), job.name);
      }
    },
  };
}

/** Kills the process at a random moment: some time after its start, while it lists, or while a receiver holds its post. */
async function killAtRandom(victim: Command, hook: Loopback, random: () => number): Promise<void> {
  const moment = random();
  if (moment < 0.3) {
    // The receiver takes the post, or does not, and its answer never comes.
    const posts = hook.requests.length + 1 + Math.floor(random() * 3);
    await Promise.race([hook.received(posts), setTimeout(1500)]);
  } else {
    await setTimeout(200 + random() * 900);
  }
  victim.process.kill("SIGKILL");
}

/** The events of each job as `id, job`, in the order in which they first came. */
function byJob(events: Iterable<readonly [id: string, job: string]>) {
  return Object.groupBy(new Map(events), ([, job]) => job);
}

/** Leaves out a line that the kill cut off. */
const whole = (output: string) => output.slice(0, output.lastIndexOf("\n") + 1);

describe("kill -9", () => {
  it(`at ${KILLS} random moments loses no event, makes none twice, and keeps the order of each job`, {
    timeout: 120_000,
  }, async () => {
    const random = randomFrom(42);
    await using api = await startApiServer({ now: Date.now, token: "s3cret-token" });
    await using hook = await startWebhook();
    using home = folder();
    home.write("kubeconfig", kubeconfig(api.url));
    const flags = ["run", "--kubeconfig", "kubeconfig", "-n", "ml", "--kind", "TFJob", "--webhook", hook.url, "--json"];
    const jobs = jobsOf(api, random);
    const outputs: string[] = [];
    await run([...flags, "--once"], { cwd: home.path });

    for (let kills = 0; kills < KILLS; kills += 1) {
      jobs.move();
      const victim = start([...flags, "--interval", "1s"], { cwd: home.path });
      await killAtRandom(victim, hook, random);
      outputs.push(whole((await victim.ended).stdout));
    }
    const last = await run([...flags, "--once"], { cwd: home.path });
    outputs.push(last.stdout);
    expect(jsonLines(last.stdout, "tick")).toMatchObject([{ retrying: 0, dead: 0, errors: [] }]);

    const accepted = hook.accepted.map(
      ({ headers, body }) => [String(headers["webhook-id"]), JSON.parse(body).data.job.name] as const,
    );
    expect(byJob(accepted)).toEqual(byJob(jobs.expected));
    const made = outputs.flatMap((output) => jsonLines<JobEvent>(output, "event")).map(({ id }) => id);
    expect(made).toHaveLength(new Set(made).size);
    expect(jobs.expected.size).toBeGreaterThan(KILLS);
    process.stdout.write(
      `killed ${KILLS} times: ${jobs.expected.size} events, ${accepted.length} posts, ${accepted.length - jobs.expected.size} of them again\n`,
    );
  });
});
