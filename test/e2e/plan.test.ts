import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { folder, kubeconfig, run } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";

const CONFIG = `
clusters: [{ name: prod, kubeconfig: kubeconfig }]
receivers:
  - name: chat
    slack: { webhookUrl: "\${env:NOT_NEEDED}" }
    messages: { language: zh, links: [{ title: Logs, url: "https://logs.example.com/{{namespace}}/{{name}}" }] }
  - { name: bot, slack: { token: "\${env:NOT_NEEDED}", channel: "#jobs" } }
  - { name: pager, pagerduty: { routingKey: "\${env:NOT_NEEDED}" } }
namespaces:
  - namespace: ml
    kinds: [TFJob, Job]
    rules: [{ pendingFor: 1h, match: { kinds: [Job] } }, { runningFor: 24h }]
    annotations: { mute: true, channel: ["#team-*"] }
    routes:
      - { name: on-call, on: [Failed], match: { labels: { tier: prod } }, receivers: [pager], continue: true }
      - { on: [Running, Failed, Overdue], exclude: [{ names: ["smoke-*"] }], receivers: [bot, chat] }
  - { namespace: "other-*", kinds: [Job], labelSelector: team=vision, routes: [{ receivers: [chat] }] }
`;

const home = folder();
let api: ApiServer;
const plan = (...args: readonly string[]) => run(["plan", ...args], { cwd: home.path });
/** The lines of a table, cell by cell. */
const cells = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/));

beforeAll(async () => {
  api = await startApiServer({ now: Date.now });
  home.write("kubeconfig", kubeconfig(api.url));
  home.write("jobbell.yml", CONFIG);
  for (const [name, labels] of [
    ["mnist", {}],
    ["resnet", { tier: "prod" }],
    ["smoke-1", {}],
    ["fresh", {}],
  ] as const)
    createJob(api, name, labels);
  for (const name of ["mnist", "resnet", "smoke-1"]) setCondition(api, name, "Created", 100);
  setCondition(api, "mnist", "Running", 110);
  for (const name of ["resnet", "smoke-1"]) setCondition(api, name, "Failed", 120);
});
afterAll(async () => {
  await api.close();
  home[Symbol.dispose]();
});

describe("jobbell plan", () => {
  it("shows of each job in the cluster who would hear of the last thing that happened, and why, and sends nothing", async () => {
    const before = api.requestCount;
    const { exit, stdout, stderr } = await plan();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "3 jobs; this is a plan, nothing was sent\n" });
    expect(cells(stdout)).toEqual([
      ["EVENT", "JOB", "KIND", "CLUSTER", "TO", "WHY"],
      ["Running", "ml/mnist", "TFJob", "prod", "bot", "route 2: Running"],
      ["Running", "ml/mnist", "TFJob", "prod", "chat", "route 2: Running"],
      ["Overdue", "ml/mnist", "TFJob", "prod", "bot", "runningFor 1 d; route 2: Overdue"],
      ["Overdue", "ml/mnist", "TFJob", "prod", "chat", "runningFor 1 d; route 2: Overdue"],
      ["Failed", "ml/resnet", "TFJob", "prod", "pager", "route on-call: Failed, label tier=prod"],
      ["Failed", "ml/resnet", "TFJob", "prod", "bot", "route 2: Failed"],
      ["Failed", "ml/resnet", "TFJob", "prod", "chat", "route 2: Failed"],
      ["Failed", "ml/smoke-1", "TFJob", "prod", "nobody", expect.stringMatching(/^no route takes Failed of this job/)],
    ]);
    expect(api.requestCount - before).toBeLessThanOrEqual(6);
  });

  it("says the same as JSON, of the jobs that are asked for", async () => {
    const { stdout } = await plan("-n", "ml", "--kind", "tfjob", "--name", "mn*", "-o", "json");
    expect(JSON.parse(stdout).slice(0, 1)).toEqual([
      {
        ...{ event: "Running", cluster: "prod", kind: "TFJob", namespace: "ml", name: "mnist" },
        verdicts: [
          { receiver: "bot", told: true, code: "route", because: "route 2: Running" },
          { receiver: "chat", told: true, code: "route", because: "route 2: Running" },
        ],
      },
    ]);
  });

  it("shows no more jobs than it may", async () => {
    const { stdout, stderr } = await plan("--limit", "1", "--name", "*s*");
    expect(cells(stdout)).toHaveLength(5);
    expect(stderr).toMatch(/^there are 2 more jobs: raise --limit, or ask for -n or --name\n/);
  });

  it("shows what a rule over time will raise, and when, if nothing happens until then", async () => {
    createJob(api, "late");
    setCondition(api, "late", "Running", Math.floor(Date.now() / 1000) - 3600);
    const { stdout } = await plan("--name", "late");
    expect(cells(stdout)[3]).toEqual([
      expect.stringMatching(/^Overdue in (23 h|22 h 59 min)$/),
      ...["ml/late", "TFJob", "prod", "bot", "runningFor 1 d; route 2: Overdue"],
    ]);
    const [, overdue] = JSON.parse((await plan("--name", "late", "-o", "json")).stdout);
    expect(overdue).toMatchObject({ event: "Overdue", rule: "runningFor 1 d", at: expect.stringMatching(/Z$/) });
    api.remove(tfJob.resource, "ml", "late");
  });

  it("imagines an event, with what its job carries", async () => {
    const failed = ["--event", "Failed", "--kind", "TFJob"];
    const labelled = await plan(...failed, "--label", "tier=prod", "--name", "big");
    expect(cells(labelled.stdout).map((row) => row.slice(4))).toEqual([
      ["TO", "WHY"],
      ["pager", "route on-call: Failed, label tier=prod"],
      ["bot", "route 2: Failed"],
      ["chat", "route 2: Failed"],
    ]);
    const moved = await plan(...failed, "--annotation", "jobbell.dev/channel=#team-x", "-o", "json");
    expect(JSON.parse(moved.stdout)[0].verdicts.map(({ receiver }: { receiver: string }) => receiver)).toEqual([
      "bot/#team-x",
      "chat",
    ]);
    const muted = await plan(...failed, "--annotation", "jobbell.dev/mute=true");
    expect(muted.stdout).toMatch(/muted by jobbell\.dev\/mute/);
    expect(
      cells(muted.stdout)
        .slice(1)
        .map((row) => row[4]),
    ).toEqual(["not bot", "not chat"]);
  });

  it("shows what a message would say, in the words of its receiver", async () => {
    const { stdout } = await plan("--event", "Failed", "--kind", "TFJob", "-n", "ml", "--name", "big", "--messages");
    const [, messages = ""] = stdout.split("\n\nto chat, Failed of ml/big:\n");
    expect(messages.split("\n").slice(0, 3)).toEqual([
      "▌❌ 失败：big",
      expect.stringMatching(/^▌.*prod.*TFJob/),
      "▌Logs: https://logs.example.com/ml/big",
    ]);
    expect(stdout).toContain("to bot, Failed of ml/big:\n▌❌ Failed: big\n");
  });

  it("says which silence would keep whom from hearing", async () => {
    const store = sqliteStore(`${home.path}/silent.db`);
    const now = Date.now();
    await store.putSilence({
      id: "sil_1",
      match: {},
      receivers: ["chat"],
      author: "ada",
      comment: "maintenance",
      startsAt: now - 1,
      endsAt: now + 3_600_000,
    });
    await store.close();
    const { stdout } = await plan("--event", "Failed", "--kind", "TFJob", "--store", "silent.db");
    expect(
      cells(stdout)
        .slice(1)
        .map((row) => row.slice(4)),
    ).toEqual([
      ["bot", "route 2: Failed"],
      ["not chat", expect.stringMatching(/^silence sil_1 of ada until .*: maintenance$/)],
    ]);
  });

  it("reads a list that kubectl wrote, and says what is not watched", async () => {
    const items = [
      api.get({ group: "kubeflow.org", version: "v1", kind: "TFJob", plural: "tfjobs" }, "ml", "mnist"),
      { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "ml" } },
      { apiVersion: "kubeflow.org/v1", kind: "TFJob", metadata: { name: "broken", namespace: "ml" } },
    ];
    home.write("list.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const { exit, stdout, stderr } = await plan("--from", "list.json");
    expect(
      cells(stdout)
        .slice(1)
        .map((row) => row.slice(0, 2)),
    ).toEqual([
      ["Running", "ml/mnist"],
      ["Running", "ml/mnist"],
      ["Overdue", "ml/mnist"],
      ["Overdue", "ml/mnist"],
    ]);
    expect({ exit, lines: stderr.split("\n") }).toEqual({
      exit: 0,
      lines: [
        "left out 1 object that the configuration does not watch on prod",
        expect.stringMatching(/^left out ml\/broken: metadata\./),
        "1 job; this is a plan, nothing was sent",
        "",
      ],
    });
  });

  it("says of a selector that it is the API server's to apply, and of what nobody watches that nobody would hear", async () => {
    const selected = await plan("--event", "Failed", "--kind", "Job", "-n", "other-1");
    expect(selected.stderr).toMatch(/^Jobs of other-\* on prod are only those that team=vision selects\n/);
    const unwatched = await plan("--event", "Failed", "--kind", "PyTorchJob");
    expect(unwatched).toMatchObject({
      exit: 0,
      stdout: "",
      stderr: expect.stringMatching(/does not watch a PyTorchJob: nobody would hear of it\n/),
    });
    const elsewhere = await plan("--event", "Failed", "--kind", "Job", "-n", "kube-system");
    expect(elsewhere.stderr).toMatch(/does not watch a Job in namespace kube-system: nobody would hear of it\n/);
  });

  it("says what cannot be read, and shows the rest", async () => {
    api.fail({ status: 403, times: 9 });
    const { exit, stderr } = await plan("--kind", "TFJob");
    expect({ exit, stderr }).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(/^error: TFJobs of ml on prod: .*\n0 jobs; this is a plan, nothing was sent\n$/),
    });
  });

  it.each<[string, readonly string[], string | RegExp]>([
    [
      "an event and a list",
      ["--event", "Failed", "--from", "x"],
      "jobbell: --event and --from exclude each other: imagine an event, or bring a list\n",
    ],
    [
      "a label without an event",
      ["--label", "a=b"],
      "jobbell: --label and --annotation say what the job of --event EVENT carries\n",
    ],
    ["a label that is none", ["--event", "Failed", "--label", "a"], 'jobbell: --label: write KEY=VALUE, not "a"\n'],
    ["an unknown event", ["--event", "Fail"], /^error: option '--event <EVENT>' argument 'Fail' is invalid/],
    ["an unknown kind", ["--kind", "Pod"], /^jobbell: there is no kind "Pod"/],
    ["an unknown cluster", ["--cluster", "test"], 'jobbell: --cluster: there is no cluster "test", there are: prod\n'],
    [
      "a namespace that is not watched",
      ["-n", "kube-system"],
      "jobbell: the configuration watches nothing of the kind: look at --cluster, --namespace and --kind\n",
    ],
    ["a list that is not there", ["--from", "nowhere.json"], "jobbell: --from nowhere.json: there is no such file\n"],
    ["a folder", ["--from", "."], "jobbell: --from .: it is a folder\n"],
    [
      "a list that is none",
      ["--from", "jobbell.yml"],
      "jobbell: --from jobbell.yml: it is not what `kubectl get -o json` writes\n",
    ],
    ["a configuration that is not there", ["--config", "nowhere.yml"], /^nowhere\.yml/],
    [
      "messages as JSON",
      ["--event", "Failed", "--messages", "-o", "json"],
      "jobbell: --messages and --output exclude each other\n",
    ],
    ["a table and a file", ["--table", "abc", "--store", "x.db"], "jobbell: --store and --table exclude each other\n"],
  ])("refuses %s in one line", async (_, args, stderr) => {
    const ended = await plan(...args);
    expect(ended).toMatchObject({
      exit: 2,
      stdout: "",
      stderr: typeof stderr === "string" ? stderr : expect.stringMatching(stderr),
    });
  });
});
