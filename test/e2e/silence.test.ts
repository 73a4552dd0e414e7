import { describe, expect, it } from "vitest";
import type { JobEvent } from "#jobs/event";
import { startApiServer } from "#sim/api-server";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { folder, jsonLines, kubeconfig, run } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { startWebhook } from "../support/loopback-receiver.ts";

async function home() {
  const here = folder();
  await sqliteStore(`${here.path}/jobbell.db`).close();
  return {
    ...here,
    path: here.path,
    silence: (...args: string[]) => run(["silence", ...args], { cwd: here.path }),
    [Symbol.dispose]: () => here[Symbol.dispose](),
  };
}

type Record = { readonly id: string; readonly state: string; readonly endsAt: string; readonly match: object };

describe("jobbell silence", () => {
  it("adds, lists and ends", async () => {
    using here = await home();
    const added = await here.silence(
      "add",
      "-n",
      "ml",
      "--for",
      "2h",
      "--comment",
      "node pool\nis replaced",
      "--author",
      "ada",
    );
    expect(added).toMatchObject({ exit: 0, stderr: "" });
    const [, id = ""] =
      /^(sil_[0-9a-f]{16}): every event of jobs in ml, until \d{4}-\d\d-\d\dT\d\d:\d\dZ\n$/.exec(added.stdout) ?? [];
    const listed = await here.silence("list");
    expect(listed.stdout.split("\n")).toEqual([
      expect.stringMatching(/^ID +STATE +FROM +UNTIL +WHAT +AUTHOR +COMMENT$/),
      expect.stringMatching(new RegExp(`^${id} +holds .* every event of jobs in ml +ada +node pool is replaced$`)),
      "",
    ]);
    expect(await here.silence("end", id)).toMatchObject({ exit: 0, stdout: `${id}: ended\n`, stderr: "" });
    expect(await here.silence("list")).toMatchObject({ exit: 0, stdout: "", stderr: "there are no silences\n" });
    expect((await here.silence("list", "--all")).stdout).toMatch(new RegExp(`${id} +over`));
    expect(await here.silence("end", id)).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(/^jobbell: sil_\w+ is over since/),
    });
  });

  it("takes every matcher, and says it in words and in JSON", async () => {
    using here = await home();
    const matchers = [
      "--event",
      "Failed",
      "--event",
      "Stalled",
      "--kind",
      "tfjobs",
      "--name",
      "train-*",
      "-n",
      "ml-*",
      "--cluster",
      "prod",
    ];
    const more = [
      "-l",
      "tier=dev",
      "-l",
      "tier=test",
      "-l",
      "gpu=*",
      "--receiver",
      "chat",
      "--from",
      "2030-01-01T00:00Z",
      "--until",
      "2030-01-02T06:30+02:00",
    ];
    const added = await here.silence("add", ...matchers, ...more, "--comment", "c");
    // A moment that far away is too far.
    expect(added).toMatchObject({ exit: 2, stderr: "jobbell: it may last 366 days at most\n" });
    const soon = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    const ok = await here.silence(
      "add",
      ...matchers,
      ...more.slice(0, -4),
      "--from",
      `${soon}Z`,
      "--for",
      "30m",
      "--comment",
      "c",
    );
    expect(ok.stdout).toMatch(
      /: Failed, Stalled of TFJobs train-\* in ml-\*, cluster prod, label tier=dev or test, label gpu=\*, to chat, until/,
    );
    const [record] = JSON.parse((await here.silence("list", "-o", "json")).stdout) as Record[];
    expect(record).toMatchObject({
      on: ["Failed", "Stalled"],
      match: {
        clusters: ["prod"],
        namespaces: ["ml-*"],
        kinds: ["TFJob"],
        names: ["train-*"],
        labels: { tier: ["dev", "test"], gpu: ["*"] },
      },
      receivers: ["chat"],
      state: "to come",
    });
    expect(Date.parse(record?.endsAt ?? "") - Date.parse(`${soon}Z`)).toBe(1_800_000);
  });

  it.each<[string, readonly string[], string]>([
    [
      "nothing to silence",
      ["--for", "1h", "--comment", "c"],
      "jobbell: say what to silence, such as -n NAMESPACE, --name PATTERN or --event Failed; or --all\n",
    ],
    [
      "everything and something",
      ["--all", "-n", "ml", "--for", "1h", "--comment", "c"],
      "jobbell: --all is everything: leave out what narrows it, or --all\n",
    ],
    ["no end", ["-n", "ml", "--comment", "c"], "jobbell: say when it ends: --for DURATION or --until TIME\n"],
    [
      "two ends",
      ["-n", "ml", "--for", "1h", "--until", "2030-01-01T00:00Z", "--comment", "c"],
      "jobbell: --for and --until exclude each other\n",
    ],
    [
      "an end in the past",
      ["-n", "ml", "--until", "2020-01-01T00:00Z", "--comment", "c"],
      "jobbell: it would be over at once: it ends 2020-01-01T00:00Z\n",
    ],
    [
      "a time without a zone",
      ["-n", "ml", "--until", "2030-01-01T00:00", "--comment", "c"],
      "error: option '--until <TIME>' argument '2030-01-01T00:00' is invalid. Write a time with its zone, such as 2026-11-22T07:00Z or 2026-11-22T07:00+01:00.\n(add --help for more)\n",
    ],
    [
      "no comment",
      ["-n", "ml", "--for", "1h"],
      "error: required option '--comment <TEXT>' not specified\n(add --help for more)\n",
    ],
    ["an empty comment", ["-n", "ml", "--for", "1h", "--comment", " \n"], "jobbell: --comment: must not be empty\n"],
    [
      "a huge comment",
      ["-n", "ml", "--for", "1h", "--comment", "x".repeat(501)],
      "jobbell: --comment: must have at most 500 characters\n",
    ],
    [
      "a label without a value",
      ["-l", "tier", "--for", "1h", "--comment", "c"],
      'jobbell: --label: write KEY=VALUE, not "tier"\n',
    ],
    [
      "an unknown kind",
      ["--kind", "TFJub", "--for", "1h", "--comment", "c"],
      'jobbell: there is no kind "TFJub", did you mean "TFJob"?\n',
    ],
    [
      "an unknown event",
      ["--event", "failed", "--for", "1h", "--comment", "c"],
      "error: option '--event <EVENT>' argument 'failed' is invalid. Did you mean \"Failed\"?\n(add --help for more)\n",
    ],
    [
      "no duration",
      ["-n", "ml", "--for", "soon", "--comment", "c"],
      "error: option '--for <DURATION>' argument 'soon' is invalid. Write a duration of at least a second, such as 30s or 5m.\n(add --help for more)\n",
    ],
  ])("refuses %s in one line, and keeps nothing", async (_, args, stderr) => {
    using here = await home();
    expect(await here.silence("add", ...args)).toEqual({ exit: 2, stdout: "", stderr });
    expect((await here.silence("list")).stdout).toBe("");
  });

  it("knows the receivers and clusters of a configuration: a name that nobody has would silence nobody", async () => {
    using here = await home();
    const file =
      "clusters: [{ name: prod, kubeconfig: k }]\nreceivers: [{ name: on-call, webhook: { url: 'https://h.example.com/' } }]\nnamespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [on-call] }] }]\n";
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${here.path}/jobbell.yml`, file);
    const end = ["--for", "1h", "--comment", "c"];
    expect(await here.silence("add", "--receiver", "oncall", ...end)).toMatchObject({
      exit: 2,
      stderr: 'jobbell: there is no receiver "oncall", did you mean "on-call"?\n',
    });
    expect(await here.silence("add", "--cluster", "test", ...end)).toMatchObject({
      exit: 2,
      stderr: 'jobbell: there is no cluster "test", there are: prod\n',
    });
    expect(await here.silence("add", "--receiver", "on-*", ...end)).toMatchObject({ exit: 0 });
  });

  it("ends nothing that is not there", async () => {
    using here = await home();
    expect(await here.silence("end", "sil_x")).toEqual({
      exit: 1,
      stdout: "",
      stderr: "jobbell: there is no silence sil_x: `jobbell silence list` has them\n",
    });
  });
});

it("what is silenced is told to nobody, neither then nor afterwards, and the log says which silence it was", async () => {
  await using api = await startApiServer({ now: Date.now });
  const hook = await startWebhook();
  using here = folder();
  here.write("kubeconfig", kubeconfig(api.url));
  const flags = [
    "--kubeconfig",
    "kubeconfig",
    "-n",
    "ml",
    "--kind",
    "TFJob",
    "--state",
    "state.db",
    "--webhook",
    hook.url,
  ];
  const look = () => run(["run", ...flags, "--once", "--json"], { cwd: here.path });
  const silence = (...args: string[]) => run(["silence", ...args, "--store", "state.db"], { cwd: here.path });
  await look();
  const { stdout } = await silence("add", "--name", "smoke-*", "--for", "1h", "--comment", "known", "--author", "ada");
  const [id = ""] = stdout.split(":");
  for (const name of ["smoke-1", "train-1"]) {
    createJob(api, name);
    setCondition(api, name, "Created", 200);
  }
  type Line = JobEvent & { readonly verdicts: readonly object[] };
  const lines = jsonLines<Line>((await look()).stdout, "event");
  const verdicts = Object.fromEntries(lines.map(({ name, verdicts: [verdict] }) => [name, verdict]));
  expect(verdicts).toMatchObject({
    "smoke-1": {
      receiver: "webhook",
      told: false,
      code: "silenced",
      because: expect.stringContaining(`silence ${id} of ada`),
    },
    "train-1": { receiver: "webhook", told: true, code: "route" },
  });
  await silence("end", id);
  setCondition(api, "smoke-1", "Running", 210);
  await look();
  const told = hook.events
    .map(({ body }) => body as { type: string; data: { job: { name: string } } })
    .map(({ type, data }) => `${data.job.name} ${type}`);
  expect(told.toSorted()).toEqual(["smoke-1 job.running", "train-1 job.created"]);
  await hook.close();
});
