import { describe, expect, it } from "vitest";
import type { JobEvent } from "#jobs/event";
import { startApiServer } from "#sim/api-server";
import { folder, jsonLines, kubeconfig, run } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { startWebhook } from "../support/loopback-receiver.ts";

const TOKEN = "s3cret-token";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";
const NAMESPACES = ["ml-a", "ml-b", "research"];

async function scene(token = TOKEN) {
  const users = [{ name: "reader", token: "s3cret-reader", namespaces: ["ml-a"] }];
  const api = await startApiServer({ now: Date.now, token: TOKEN, users });
  const hook = await startWebhook(SECRET);
  const home = folder();
  home.write("kubeconfig", kubeconfig(api.url, { token }));
  const flags = ["run", "--kubeconfig", "kubeconfig", "--kind", "TFJob", "--state", "state.db", "--once"];
  const receivers = ["--webhook", hook.url, "--webhook-secret", SECRET];
  return {
    api,
    hook,
    home,
    once: (...more: string[]) => run([...flags, ...receivers, ...more], { cwd: home.path }),
    config: (...more: string[]) =>
      run(["run", "--once", "--json", ...more], { cwd: home.path, env: { HOOK: hook.url } }),
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), hook.close()]);
      home[Symbol.dispose]();
    },
  };
}

type Here = Awaited<ReturnType<typeof scene>>;

function begin({ api }: Here, name: string): void {
  for (const namespace of NAMESPACES) {
    createJob(api, name, {}, namespace);
    setCondition(api, name, "Created", 100, namespace);
  }
}

const placesIn = (output: string) => jsonLines<JobEvent>(output, "event").map(({ namespace }) => namespace);

describe("jobbell run", () => {
  it.each([
    [["-A"], ["ml-a", "ml-b", "research"]],
    [["--all-namespaces"], ["ml-a", "ml-b", "research"]],
    [
      ["-n", "ml-*"],
      ["ml-a", "ml-b"],
    ],
    [
      ["-n", "*-b", "-n", "research"],
      ["ml-b", "research"],
    ],
  ])("%j watches all that is meant, by a list a pattern", async (flags, expected) => {
    await using here = await scene();
    begin(here, "old");
    const first = await here.once("--json", ...flags);
    expect(first).toMatchObject({ exit: 0, stderr: "" });
    const requests = flags.filter((flag) => !flag.startsWith("-")).length || 1;
    expect(jsonLines(first.stdout)).toEqual([
      expect.objectContaining({ type: "tick", requests, objects: expected.length, events: 0 }),
    ]);
    begin(here, "new");
    const { stdout, stderr } = await here.once("--json", ...flags);
    expect(placesIn(stdout).toSorted()).toEqual(expected);
    expect(here.hook.events).toHaveLength(expected.length);
    expect(stdout + stderr).not.toMatch(/whsec_|s3cret|127\.0\.0\.1/);
  });

  it("says which ClusterRole is missing, and the way without one", async () => {
    await using here = await scene("s3cret-reader");
    const { exit, stderr } = await here.once("-A");
    expect(exit).toBe(1);
    expect(stderr).toMatch(
      /^error: TFJobs of all namespaces on prod: cluster "prod" does not let this account list [^\n]*: give it a ClusterRole that allows [^\n]*, or name the namespaces one by one\n$/,
    );
    expect(stderr).not.toMatch(/s3cret|127\.0\.0\.1/);
    expect(await here.once("-n", "ml-a")).toMatchObject({ exit: 0, stderr: "" });
  });

  it("tells what two entries of its configuration watch once to a receiver, and prints it once for each of them", async () => {
    await using here = await scene();
    const entry = (namespace: string) =>
      `  - { namespace: ${namespace}, kinds: [TFJob], routes: [{ receivers: [hook] }] }\n`;
    here.home.write(
      "jobbell.yml",
      `clusters: [{ name: prod, kubeconfig: kubeconfig }]
receivers: [{ name: hook, webhook: { url: "\${env:HOOK}", allowInsecure: true, allowPrivate: true, secret: ${SECRET} } }]
namespaces:
${entry('"*", exclude: [research]')}${entry("ml-a")}`,
    );
    await here.config();
    begin(here, "new");
    const { exit, stdout } = await here.config();
    expect(exit).toBe(0);
    expect(placesIn(stdout).toSorted()).toEqual(["ml-a", "ml-a", "ml-b"]);
    const ids = jsonLines<JobEvent>(stdout, "event").map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(here.hook.events.map(({ id }) => id).toSorted()).toEqual([...new Set(ids)].toSorted());
  });
});
