import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { folder, run } from "../support/command.ts";
import { startWebhook, type WebhookServer } from "../support/loopback-receiver.ts";
import { claimedScope, event, ids, MINUTE, queue, settleHead } from "../support/store-steps.ts";

const NOW = Date.now();
const config = (url: string, state = "state.db") => `
state: ${state}
clusters:
  - name: prod
    kubeconfig: nowhere
receivers:
  - name: hook
    webhook: { url: "${url}", allowInsecure: true, allowPrivate: true }
  - name: other
    webhook: { url: "\${env:NO_SUCH}" }
namespaces:
  - namespace: ml
    kinds: [TFJob]
    routes:
      - on: [Failed]
        receivers: [hook, other]
`;

const home = folder();
let hook: WebhookServer;
let files = 0;
let file = "";
const here = (...args: readonly string[]) => run(args, { cwd: home.path });
const onFile = (...args: readonly string[]) => here(...args, "--store", file);

async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = sqliteStore(`${home.path}/${file}`);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

beforeAll(async () => {
  hook = await startWebhook();
  home.write("jobbell.yml", config(hook.url));
});
afterAll(async () => {
  await hook.close();
  home[Symbol.dispose]();
});

/** One of each state, the pending one the youngest; a delivered one that a digest told of. */
beforeEach(async () => {
  files += 1;
  file = `state-${files}.db`;
  await inStore(async (store) => {
    const evil = { name: "mnist\u001b[31m\u202e", namespace: "ml" };
    await queue(store, "chat", [event("u1", 1, evil), event("u1", 2)], NOW - 9 * MINUTE);
    const error = "chat answered 404:\nno_service\u001b[0m";
    await settleHead(store, { uid: "u1", receiver: "chat" }, { state: "dead", at: NOW, error }, undefined, NOW);
    const told = { state: "delivered", at: NOW, digest: "dig_1" } as const;
    await settleHead(store, { uid: "u1", receiver: "chat" }, told, undefined, NOW);
    await queue(store, "hook", [event("u2", 1)], NOW - 5 * MINUTE);
    const retry = { state: "retry", nextAttemptAt: NOW + 60 * MINUTE, failed: true, error: "HTTP 503" } as const;
    await settleHead(store, { uid: "u2", receiver: "hook" }, retry, undefined, NOW);
  });
});

describe("jobbell deliveries", () => {
  it("shows what there is, the last first, in one line each that no cluster can break", async () => {
    const { exit, stdout, stderr } = await onFile("deliveries");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^ID +EVENT +JOB +RECEIVER +STATE +ATTEMPTS +AGE +NEXT +NOTE$/),
      expect.stringMatching(/^evt_u2_1 +Running +ml\/mnist +hook +pending +1 +5 min.* +in (59|60|1) .* +HTTP 503$/),
      expect.stringMatching(/^evt_u1_2 +Restarting +ml\/mnist +chat +delivered +1 +9 min.* +- +dig_1$/),
      expect.stringMatching(
        /^evt_u1_1 +Running +ml\/mnist \[31m +chat +dead +1 +9 min.* +- +chat answered 404: no_service/,
      ),
    ]);
    expect(stdout).not.toMatch(/\p{Bidi_Control}|(?!\n)\p{Cc}/u);
  });

  it.each([
    [["--state", "dead"], ["evt_u1_1"]],
    [["--state", "delivered", "--receiver", "chat"], ["evt_u1_2"]],
    [["--event", "evt_u2_1"], ["evt_u2_1"]],
    [["--digest", "dig_1"], ["evt_u1_2"]],
    [["--receiver", "nobody"], []],
  ])("with %j lists %j, as JSON for programs", async (args, expected) => {
    const { exit, stdout } = await onFile("deliveries", ...args, "-o", "json");
    const found = JSON.parse(stdout) as readonly { readonly id: string }[];
    expect({ exit, found: found.map(({ id }) => id) }).toEqual({ exit: 0, found: expected });
    expect(stdout).not.toMatch(/\p{Bidi_Control}|(?!\n)\p{Cc}/u);
  });

  it("writes times as programs read them", async () => {
    const { stdout } = await onFile("deliveries", "--state", "pending", "-o", "json");
    const at = (ms: number) => new Date(ms).toISOString();
    const times = { queuedAt: at(NOW - 5 * MINUTE), nextAttemptAt: at(NOW + 60 * MINUTE) };
    const row = { id: "evt_u2_1", receiver: "hook", state: "pending", attempts: 1, failures: 1, error: "HTTP 503" };
    expect(JSON.parse(stdout)).toEqual([{ ...row, ...times, event: event("u2", 1) }]);
  });

  it("says when there are more than it shows, and when there are none", async () => {
    const some = await onFile("deliveries", "--limit", "2");
    expect(some.stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(some.stderr).toBe("there are more than these 2: raise --limit, or ask for fewer\n");
    const none = await onFile("deliveries", "--receiver", "nobody");
    expect(none).toEqual({ exit: 0, stdout: "", stderr: "there are no such deliveries\n" });
  });

  it("finds the state that a configuration names, and that of the folder without one", async () => {
    home.write("named.yml", config(hook.url, file));
    expect((await here("deliveries", "--config", "named.yml")).stdout).toContain("evt_u2_1");
    using bare = folder();
    await run(["demo", "--help"], { cwd: bare.path });
    const result = await run(["deliveries"], { cwd: bare.path });
    expect(result).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("no state file jobbell.db") });
  });
});

describe("jobbell replay", () => {
  it("queues an event again, and whoever runs delivers it", async () => {
    expect(await onFile("replay", "evt_u1_2")).toEqual({
      exit: 0,
      stdout: "queued again: 1 delivery\n",
      stderr: "",
    });
    expect(ids(await inStore((store) => store.due(Date.now(), 10)))).toEqual(["evt_u1_2"]);
    expect((await onFile("deliveries", "--digest", "dig_1")).stderr).toBe("there are no such deliveries\n");
  });

  it("queues all that is dead again, of one receiver or of all, after it has shown them", async () => {
    const dry = await onFile("replay", "--dead", "--dry-run");
    expect(dry).toMatchObject({ exit: 0, stderr: "dry run: 1 delivery would be queued again\n" });
    expect(dry.stdout).toMatch(/\nevt_u1_1 .*\n$/);
    expect((await onFile("replay", "--dead", "--receiver", "hook")).exit).toBe(1);
    expect((await onFile("replay", "--dead", "--receiver", "chat")).stdout).toBe("queued again: 1 delivery\n");
    expect(await inStore((store) => store.counts())).toMatchObject({ pending: 2, dead: 0 });
  });

  it.each([
    [["evt_none"], "there is no delivery of evt_none"],
    [["evt_u1_1", "--receiver", "hook"], "there is no delivery of evt_u1_1 to hook"],
    [["evt_u2_1"], "evt_u2_1 is pending already"],
    [["--dead", "--receiver", "nobody"], "there is no dead delivery to nobody"],
  ])("of %j is one line and exit code 1", async (args, line) => {
    expect(await onFile("replay", ...args)).toEqual({ exit: 1, stdout: "", stderr: `jobbell: ${line}\n` });
  });
});

describe("jobbell status", () => {
  const tick = { cursor: { resourceVersion: "7", tickedAt: NOW - 3000 }, failures: 0 };
  const finish = (states: ReadonlyMap<string, { readonly failures: number; readonly error?: string }>) =>
    inStore(async (store) => {
      const { claim } = await claimedScope(store, "prod/ml?labelSelector=team%3Dvision", NOW);
      await store.finishScope(claim, states);
    });

  it("shows each watch and the outbox, and says with --check whether all is well", async () => {
    await finish(new Map([["tfjobs.kubeflow.org", tick]]));
    const { exit, stdout } = await onFile("status");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^WATCH +KIND +LAST TICK +FAILURES +ERROR\n/);
    expect(stdout).toMatch(/\nprod\/ml\?labelSelector=team=vision +tfjobs.kubeflow.org +\d+ s ago +0 +-\n/);
    expect(stdout).toMatch(/\n\ndeliveries: 1 pending, the oldest for 5 min.*; 1 dead\n$/);
    expect((await onFile("status", "--check")).exit).toBe(1);
    await onFile("replay", "--dead");
    expect((await onFile("status", "--check")).exit).toBe(0);
  });

  it("shows what is wrong with a watch, in one line", async () => {
    await finish(new Map([["jobs.batch", { failures: 3, error: "cluster prod:\u001b[31m forbidden" }]]));
    await onFile("replay", "--dead");
    const { exit, stdout } = await onFile("status", "--check");
    expect(exit).toBe(1);
    expect(stdout).toMatch(/ jobs.batch +never +3 +cluster prod: \[31m forbidden\n/);
  });

  it("is JSON for programs", async () => {
    await finish(new Map([["jobs.batch", { ...tick, failures: 1, error: "no" }]]));
    const { stdout } = await onFile("status", "-o", "json");
    expect(JSON.parse(stdout)).toEqual({
      watches: [
        {
          watch: "prod/ml?labelSelector=team=vision",
          kind: "jobs.batch",
          tickedAt: new Date(NOW - 3000).toISOString(),
          failures: 1,
          error: "no",
        },
      ],
      deliveries: { pending: 1, dead: 1, oldestPendingAt: new Date(NOW - 5 * MINUTE).toISOString() },
    });
  });

  it("says so where nothing was ever read", async () => {
    const { exit, stderr } = await onFile("status");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "no watch was ever read\n" });
  });
});

describe("jobbell test", () => {
  it("sends one message that says that it is a test, and what came back", async () => {
    const { exit, stdout, stderr } = await here("test", "hook");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/^hook \(webhook\): Failed delivered in \d+ ms\n$/);
    expect(hook.accepted.at(-1)?.body).toContain("This is a test of Jobbell: no job failed.");
  });

  it.each([
    [404, /^hook \(webhook\): Running refused for good: .*404.*\n$/],
    [503, /^hook \(webhook\): Running not delivered, a run would try again: .*503.*\n$/],
  ])(
    "says of a receiver that answers %i what is wrong, in one line, and where it is to nobody",
    async (status, line) => {
      hook.answer({ status });
      const { exit, stdout, stderr } = await here("test", "hook", "--event", "Running");
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
      expect(stderr).toMatch(line);
      expect(stderr).not.toContain("127.0.0.1");
    },
  );
});

describe("bad usage", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["a state that is none", ["deliveries", "--state", "lost"], /--state.*pending, delivered, dead/],
    ["a limit that is none", ["deliveries", "--limit", "0"], /--limit.*at least 1/],
    ["a format that is none", ["deliveries", "-o", "yaml"], /json/],
    ["two stores", ["deliveries", "--store", "a.db", "--table", "t"], /--store and --table exclude each other/],
    ["a store and a configuration", ["status", "-c", "jobbell.yml", "--store", "a.db"], /--config and --store exclude/],
    ["a region without a table", ["status", "--region", "eu-central-1"], /--region goes with --table/],
    ["a table that cannot be one", ["status", "--table", "a/b"], /--table: "a\/b" cannot be the name of a table/],
    ["a state file that is not there", ["status", "--store", "nowhere.db"], /no state file nowhere\.db/],
    ["a configuration that is not there", ["status", "--config", "nowhere.yml"], /nowhere\.yml/],
    ["a state in memory", ["status", "--config", "memory.yml"], /in memory/],
    ["neither id nor --dead", ["replay"], /--dead/],
    ["both id and --dead", ["replay", "evt_1", "--dead"], /exclude each other/],
    ["an id that is none", ["replay", "mnist"], /"mnist" is not the id of an event/],
    ["no receiver", ["test"], /RECEIVER/],
    ["a receiver that is not there", ["test", "hok"], /no receiver "hok", did you mean "hook"/],
    ["another one", ["test", "pagers"], /no receiver "pagers", there are: hook, other/],
    ["an event that is none", ["test", "hook", "--event", "failed"], /--event.*Failed/],
    ["a secret that is not there", ["test", "other"], /NO_SUCH/],
  ])("such as %s is one clear message and exit code 2", async (_, args, words) => {
    home.write("memory.yml", config(hook.url, '":memory:"'));
    const { exit, stdout, stderr } = await here(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr.replace("(add --help for more)\n", "").trim().split("\n")).toEqual([expect.stringMatching(words)]);
    expect(stderr).not.toMatch(/^\s+at |127\.0\.0\.1/m);
  });
});
