import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { folder, jsonLines, kubeconfig, run } from "../support/command.ts";
import { closedPort, serve } from "../support/http.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { startWebhook } from "../support/loopback-receiver.ts";
import { createAuthority } from "../support/tls.ts";

const TOKEN = "s3cret-token";
const HOOK = "http://127.0.0.1:9/hooks/s3cret-path";
const FLAGS = [
  "run",
  "--kubeconfig",
  "kubeconfig",
  "-n",
  "ml",
  "--kind",
  "TFJob",
  "--webhook",
  HOOK,
  "--state",
  "state.db",
  "--once",
];

const GOOD = `clusters:
  - name: prod
    kubeconfig: kubeconfig
receivers:
  - name: hook
    webhook: { url: "\${env:HOOK_URL}", allowInsecure: true, allowPrivate: true }
namespaces:
  - namespace: ml
    kinds: [TFJob]
    routes:
      - on: [Failed]
        receivers: [hook]
`;

let api: ApiServer;
const home = folder();
const here = (args: readonly string[], env = {}) => run(args, { cwd: home.path, env: { HOOK_URL: HOOK, ...env } });

/** One line or more on standard error, no stack, no secret, nothing on standard output. */
function expectClear({ stderr, stdout }: { stderr: string; stdout: string }): void {
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr + stdout).not.toMatch(/s3cret|127\.0\.0\.1|ExperimentalWarning/);
}

beforeAll(async () => {
  api = await startApiServer({ now: Date.now, token: TOKEN });
  home.write("kubeconfig", kubeconfig(api.url));
  home.write("jobbell.yml", GOOD);
});

afterAll(async () => {
  await api.close();
  home[Symbol.dispose]();
});

describe("a configuration with a mistake", () => {
  it.each([
    ["an unknown key", GOOD.replace("kinds:", "kind:"), "jobbell-bad.yml:9:5: ", /did you mean .?kinds/],
    ["an unknown kind", GOOD.replace("TFJob", "TFjob"), "jobbell-bad.yml:9:13: ", /did you mean .?TFJob/],
    ["an unknown event", GOOD.replace("Failed", "Faild"), "jobbell-bad.yml:11:14: ", /did you mean .?Failed/],
    ["an unknown receiver", GOOD.replace("[hook]", "[hok]"), "jobbell-bad.yml:12:21: ", /did you mean .?hook/],
    ["a pattern that is none", GOOD.replace("ml\n", "ml-**\n"), "jobbell-bad.yml:8:16: ", /namespace: .*pattern/],
    ["a pattern without quotes", GOOD.replace("ml\n", "*\n"), "jobbell-bad.yml:8:16: ", /needs quotes/],
    ["broken YAML", GOOD.replace("[TFJob]", "[TFJob"), "jobbell-bad.yml:", /./],
    ["a missing variable", GOOD.replace("HOOK_URL", "NO_SUCH"), "jobbell-bad.yml:6:21: ", /NO_SUCH/],
    ["nothing in it", "", "jobbell-bad.yml:1:1: ", /empty/],
  ])("that is %s is named with its place by check and by run", async (_, text, place, words) => {
    home.write("jobbell-bad.yml", text);
    const [check, once] = await Promise.all([
      here(["check", "--config", "jobbell-bad.yml"]),
      here(["run", "--config", "jobbell-bad.yml", "--once"]),
    ]);
    expect(check).toMatchObject({ exit: 1, stdout: "" });
    expect(once).toMatchObject({ exit: 2, stdout: "", stderr: check.stderr });
    expect(check.stderr).toContain(place);
    expect(check.stderr).toMatch(words);
    expectClear(check);
  });

  it("that leads to no kubeconfig is found by check", async () => {
    home.write("jobbell-bad.yml", GOOD.replace("kubeconfig: kubeconfig", "kubeconfig: nowhere"));
    const result = await here(["check", "--config", "jobbell-bad.yml"]);
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr).toMatch(/^jobbell: kubeconfig .*nowhere: .*\n$/);
  });

  it("is none where two entries overlap, but worth a warning", async () => {
    const [entries = ""] = GOOD.split("namespaces:\n").slice(1);
    home.write("jobbell-both.yml", GOOD + entries.replace("ml\n", '"m*"\n    exclude: [mx]\n'));
    expect(await here(["check", "--config", "jobbell-both.yml"])).toEqual({
      exit: 0,
      stdout:
        "jobbell-both.yml is good: 1 cluster, 1 namespace, 1 pattern of namespaces, 2 kinds of jobs, 1 receiver\n",
      stderr:
        'warning: jobbell-both.yml:13:16: namespace: "m*" overlaps with "ml": an event there takes a route of each, the first that fits\n',
    });
  });

  it("is none where the file is good", async () => {
    expect(await here(["check"])).toEqual({
      exit: 0,
      stdout: "jobbell.yml is good: 1 cluster, 1 namespace, 1 kind of job, 1 receiver\n",
      stderr: "",
    });
  });
});

describe("bad usage", () => {
  it.each([
    ["a file that is not there", ["run", "--config", "nowhere.yml"], /nowhere\.yml/],
    ["no receiver", ["run", "--kubeconfig", "kubeconfig", "-n", "ml"], /--slack/],
    ["an unknown kind", [...FLAGS, "--kind", "TFJobs"], /--kind: .*TFJobs.*did you mean .?TFJob/],
    ["a file and flags", ["run", "--config", "jobbell.yml", "-n", "ml"], /exclude each other/],
    ["a file and all namespaces", ["run", "--config", "jobbell.yml", "-A"], /--config and --all-namespaces exclude/],
    ["a namespace and all of them", [...FLAGS, "-A"], /^jobbell: --namespace and --all-namespaces exclude .*\n$/],
    ["a pattern that is none", [...FLAGS, "-n", "ml-**"], /^--namespace: must be .* or a pattern with \*.*\n$/],
    ["flags without a namespace", ["run", "--kind", "TFJob"], /--kind goes with --namespace/],
    ["an interval that is none", ["run", "--interval", "often"], /--interval.*30s/],
    ["an unknown option", ["run", "--ones"], /--once/],
    ["an unknown command", ["rum"], /run/],
    ["a kubeconfig that is not there", [...FLAGS, "--kubeconfig", "nowhere"], /nowhere/],
    ["a context that is not there", [...FLAGS, "--context", "test"], /test.*prod/],
    ["an address that is none", [...FLAGS, "--webhook", "hooks.example.com"], /--webhook/],
  ])("such as %s is one clear message and exit code 2", async (_, args, words) => {
    const result = await here(args);
    expect(result).toMatchObject({ exit: 2, stdout: "" });
    expect(result.stderr).toMatch(words);
    expectClear(result);
  });
});

describe("a state file that cannot be used", () => {
  it.each([
    ["is not a database", "notes.txt"],
    ["is a folder", "folder"],
    ["lies in a folder that is not there", "nowhere/state.db"],
  ])("because it %s is one clear line and exit code 1", async (_, state) => {
    home.write("notes.txt", "these are notes, and long enough to be no SQLite header at all ".repeat(20));
    mkdirSync(join(home.path, "folder"), { recursive: true });
    const result = await here([...FLAGS, "--state", state]);
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr.trim().split("\n")).toEqual([expect.stringMatching(/^jobbell: /)]);
    expectClear(result);
  });
});

it("says more of an error with --verbose, and still no secret", async () => {
  home.write("notes.txt", "these are notes, and long enough to be no SQLite header at all ".repeat(20));
  const result = await here([...FLAGS, "--state", "notes.txt", "--verbose"]);
  expect(result.exit).toBe(1);
  expect(result.stderr).toMatch(/^jobbell: .*\n\s+at /);
  expect(result.stderr).not.toMatch(/s3cret|127\.0\.0\.1/);
});

describe("a cluster that cannot be read", () => {
  const cases: readonly (readonly [string, () => Promise<string> | string, RegExp])[] = [
    ["does not know the token", () => kubeconfig(api.url, { token: "s3cret-wrong" }), /401|token|credentials/i],
    ["refuses the connection", async () => kubeconfig(`http://127.0.0.1:${await closedPort()}`), /refuses connections/],
  ];

  it.each(cases)("because it %s is one clear line, exit code 1, and an error in the tick", async (_, config, words) => {
    home.write("other", await config());
    const result = await here([...FLAGS, "--kubeconfig", "other", "--json"]);
    expect(result.exit).toBe(1);
    expect(result.stderr.trim().split("\n")).toEqual([expect.stringMatching(words)]);
    expect(jsonLines(result.stdout)).toEqual([
      expect.objectContaining({ type: "tick", errors: [expect.objectContaining({ watch: "TFJobs of ml on prod" })] }),
    ]);
    expectClear(result);
  });

  it("because its certificate is signed by somebody else is one clear line", async () => {
    const [own, other] = [createAuthority(), createAuthority()];
    const tls = own.issue({ subject: "api", hosts: ["127.0.0.1"] });
    await using server = await serve(() => ({ status: 200, body: "{}" }), tls);
    home.write("other", kubeconfig(server.url, { ca: other.ca }));
    const result = await here([...FLAGS, "--kubeconfig", "other"]);
    expect(result.exit).toBe(1);
    expect(result.stderr.trim().split("\n")).toEqual([expect.stringMatching(/certificate-authority/)]);
    expectClear(result);
  });

  it.each([
    ["403", { status: 403 }, /forbidden/i],
    ["a list that is not JSON", { status: 200, body: "<html>welcome</html>" }, /Kubernetes/],
    ["half a list", { truncate: true } as const, /./],
    ["500", { status: 500 }, /./],
  ])("and answers %s loses nothing: the next look tells all", async (name, failure, words) => {
    await using hook = await startWebhook();
    const flags = [...FLAGS, "--webhook", hook.url, "--state", `${encodeURIComponent(name)}.db`, "--json"];
    await here(flags);
    createJob(api, encodeURIComponent(name).toLowerCase());
    setCondition(api, encodeURIComponent(name).toLowerCase(), "Failed", 100);
    let broken = true;
    api.fail({ ...failure, times: 1000, when: () => broken });
    const bad = await here(flags);
    expect(bad.exit).toBe(1);
    expect(bad.stderr).toMatch(words);
    expect(bad.stderr.trim().split("\n")).toHaveLength(1);
    expect(jsonLines(bad.stdout, "event")).toEqual([]);
    expectClear(bad);
    broken = false;
    const { stdout } = await here(flags);
    expect(jsonLines(stdout, "event")).toMatchObject([{ event: "Failed" }]);
  });

  it("an object that is not a job is named and left out, and the others are told of", async () => {
    await using hook = await startWebhook();
    const flags = [...FLAGS, "--webhook", hook.url, "--state", "odd.db", "--json"];
    await here(flags);
    createJob(api, "odd");
    api.update(tfJob.resource, "ml", "odd", (job) => {
      job.status = { conditions: "none" };
    });
    createJob(api, "even");
    setCondition(api, "even", "Created", 100);
    const result = await here(flags);
    expect(result.exit).toBe(0);
    expect(result.stderr.trim().split("\n")).toEqual([expect.stringMatching(/left out ml\/odd: status\.conditions/)]);
    expect(jsonLines(result.stdout, "event")).toMatchObject([{ event: "Created", name: "even" }]);
  });

  it("is quiet about a kind that was never installed, and says so once", async () => {
    await using bare = await startApiServer({ now: Date.now, token: TOKEN, resources: [] });
    home.write("other", kubeconfig(bare.url));
    const result = await here([...FLAGS, "--kubeconfig", "other", "--state", "bare.db"]);
    expect(result.exit).toBe(0);
    expect(result.stderr.trim().split("\n")).toEqual([expect.stringMatching(/TFJob/)]);
  });
});
