import { describe, expect, it } from "vitest";
import type { JobEvent } from "#jobs/event";
import { tfJob } from "#jobs/kinds/kubeflow";
import { startApiServer } from "#sim/api-server";
import { folder, jsonLines, kubeconfig, run, start } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { startSlack, startWebhook } from "../support/loopback-receiver.ts";

const TOKEN = "s3cret-token";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";

async function scene() {
  const api = await startApiServer({ now: Date.now, token: TOKEN });
  const hook = await startWebhook(SECRET);
  const slack = await startSlack();
  const home = folder();
  home.write("kubeconfig", kubeconfig(api.url));
  const flags = ["run", "--kubeconfig", "kubeconfig", "-n", "ml", "--kind", "TFJob", "--state", "state.db"];
  const receivers = ["--webhook", hook.url, "--webhook-secret", "${env:HOOK_SECRET}"];
  const options = { cwd: home.path, env: { HOOK_SECRET: SECRET } };
  return {
    api,
    hook,
    slack,
    home,
    once: (...more: string[]) => run([...flags, ...receivers, "--once", "--json", ...more], options),
    loop: (...more: string[]) => start([...flags, ...receivers, "--interval", "1s", ...more], options),
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), hook.close(), slack.close()]);
      home[Symbol.dispose]();
    },
  };
}

describe("jobbell run", () => {
  it("says nothing of what was there at the first look, and every step from then on, in JSON lines and to the receiver", async () => {
    await using here = await scene();
    createJob(here.api, "old");
    setCondition(here.api, "old", "Created", 100);
    const first = await here.once();
    expect(first).toMatchObject({ exit: 0, stderr: "" });
    expect(jsonLines(first.stdout)).toEqual([
      expect.objectContaining({
        type: "tick",
        watches: 1,
        requests: 1,
        objects: 1,
        events: 0,
        delivered: 0,
        retrying: 0,
        dead: 0,
        errors: [],
      }),
    ]);

    const uid = createJob(here.api, "mnist", { team: "vision" });
    setCondition(here.api, "mnist", "Created", 200);
    setCondition(here.api, "mnist", "Running", 210);
    setCondition(here.api, "mnist", "Failed", 240);
    const second = await here.once();
    const events = jsonLines<JobEvent & { type: string }>(second.stdout, "event");
    expect(events.map(({ event, at, uid }) => ({ event, at, uid }))).toEqual([
      { event: "Created", at: "1970-01-01T00:03:20Z", uid },
      { event: "Running", at: "1970-01-01T00:03:30Z", uid },
      { event: "Failed", at: "1970-01-01T00:04:00Z", uid },
    ]);
    expect(events[2]).toMatchObject({
      type: "event",
      cluster: "prod",
      apiVersion: "kubeflow.org/v1",
      kind: "TFJob",
      namespace: "ml",
      name: "mnist",
      reason: "TFJobFailed",
      labels: { team: "vision" },
      previous: { event: "Running", at: "1970-01-01T00:03:30Z" },
      sincePreviousSeconds: 30,
    });
    expect(jsonLines(second.stdout, "delivery")).toEqual(
      events.map(({ id }) => ({ type: "delivery", id, receiver: "webhook", state: "delivered", attempts: 1 })),
    );
    expect(jsonLines(second.stdout, "tick")).toEqual([expect.objectContaining({ events: 3, delivered: 3 })]);
    expect(here.hook.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(here.hook.events.map(({ body }) => (body as { type: string }).type)).toEqual([
      "job.created",
      "job.running",
      "job.failed",
    ]);

    expect(jsonLines((await here.once()).stdout)).toEqual([expect.objectContaining({ type: "tick", events: 0 })]);
    expect(second.stdout + second.stderr).not.toMatch(/whsec_|s3cret|127\.0\.0\.1/);
  });

  it("says Vanished of an unfinished job that is gone, and nothing of a finished one", async () => {
    await using here = await scene();
    for (const name of ["done", "lost", "stays"]) createJob(here.api, name);
    setCondition(here.api, "done", "Succeeded", 100);
    await here.once();
    here.api.remove(tfJob.resource, "ml", "done");
    here.api.remove(tfJob.resource, "ml", "lost");
    const { stdout } = await here.once();
    expect(jsonLines<JobEvent>(stdout, "event").map(({ event, name }) => `${event} ${name}`)).toEqual([
      "Vanished lost",
    ]);
  });

  it("posts to Slack what Slack accepts", async () => {
    await using here = await scene();
    await here.once();
    createJob(here.api, "mnist");
    setCondition(here.api, "mnist", "Created", 200);
    const { stdout } = await here.once("--slack", here.slack.url);
    expect(jsonLines(stdout, "delivery")).toHaveLength(2);
    expect(here.slack.refusals).toEqual([]);
    expect(here.slack.messages).toHaveLength(1);
  });

  it("delivers everything once and in order to a receiver that answers 500 for a while", async () => {
    await using here = await scene();
    await here.once();
    const loop = here.loop("--json");
    await loop.line((line) => line.includes('"tick"'));
    here.hook.answer({ status: 500 }, { status: 500 });
    for (const name of ["a", "b"]) {
      createJob(here.api, name);
      setCondition(here.api, name, "Created", 200);
      setCondition(here.api, name, "Running", 210);
      setCondition(here.api, name, "Succeeded", 220);
    }
    await here.hook.received(8);
    loop.process.kill("SIGINT");
    const { stdout, exit } = await loop.ended;
    expect(exit).toBe(0);
    expect(jsonLines(stdout, "delivery").filter(({ state }) => state === "retrying")).toHaveLength(2);
    const accepted = here.hook.accepted.map(({ body }) => JSON.parse(body).data);
    for (const name of ["a", "b"])
      expect(accepted.filter(({ job }) => job.name === name).map(({ event }) => event)).toEqual([
        "Created",
        "Running",
        "Succeeded",
      ]);
    expect(new Set(here.hook.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(6);
  });

  it("ends within a second of Ctrl-C while a receiver hangs, and sends the same event at the next start", async () => {
    await using here = await scene();
    await here.once();
    const loop = here.loop();
    here.hook.answer("hang");
    createJob(here.api, "mnist");
    setCondition(here.api, "mnist", "Created", 200);
    await here.hook.received(1);
    loop.process.kill("SIGINT");
    const { exit, stderr } = await loop.ended;
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(jsonLines((await here.once()).stdout, "delivery")).toMatchObject([{ state: "delivered", attempts: 2 }]);
    const [first, second] = here.hook.requests.map(({ headers }) => headers["webhook-id"]);
    expect(second).toBe(first);
  });

  it.each([
    ["a token", 'auth: { token: "${env:TOKEN}" }'],
    ["a token file", "auth: { tokenFile: token }"],
  ])("runs from a file, with a cluster that is reached by its address and %s", async (_, auth) => {
    await using here = await scene();
    here.home.write("token", `${TOKEN}\n`);
    here.home.write(
      "jobbell.yml",
      `clusters: [{ name: lab, server: "${here.api.url}", ${auth} }]
receivers: [{ name: hook, webhook: { url: "${here.hook.url}", allowInsecure: true, allowPrivate: true, secret: "\${env:HOOK_SECRET}" } }]
namespaces:
  - { namespace: ml, kinds: [TFJob], firstTick: announce, routes: [{ on: [Failed], receivers: [hook], continue: true }, { match: { labels: { tier: prod } }, receivers: [hook] }] }
`,
    );
    for (const [name, labels] of [
      ["quiet", {}],
      ["loud", { tier: "prod" }],
    ] as const) {
      createJob(here.api, name, labels);
      setCondition(here.api, name, "Created", 200);
    }
    const options = { cwd: here.home.path, env: { HOOK_SECRET: SECRET, TOKEN } };
    const { exit, stdout } = await run(["run", "--once", "--json"], options);
    expect(exit).toBe(0);
    expect(
      jsonLines<JobEvent>(stdout, "event")
        .map(({ name, cluster }) => `${name} of ${cluster}`)
        .sort(),
    ).toEqual(["loud of lab", "quiet of lab"]);
    expect(here.hook.events.map(({ body }) => (body as { data: { job: { name: string } } }).data.job.name)).toEqual([
      "loud",
    ]);
  });

  it.each([["--once"], ["--interval", "5s"]])(
    "ends well of Ctrl-C while a list is under way, with %s",
    async (...mode) => {
      await using here = await scene();
      const asked = Promise.withResolvers<void>();
      here.api.fail({
        hang: true,
        when: () => {
          asked.resolve();
          return true;
        },
      });
      const { process, ended } = here.loop(...mode);
      await asked.promise;
      process.kill("SIGINT");
      expect(await ended).toMatchObject({ exit: 0, stderr: "" });
    },
  );

  it("says everything once where two processes share one state file", async () => {
    await using here = await scene();
    await here.once();
    const both = [here.loop("--json"), here.loop("--json")];
    await Promise.all(both.map((loop) => loop.line((line) => line.includes('"tick"'))));
    const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    for (const name of names) {
      createJob(here.api, name);
      setCondition(here.api, name, "Created", 200);
      setCondition(here.api, name, "Succeeded", 220);
    }
    await here.hook.received(2 * names.length);
    for (const { process } of both) process.kill("SIGINT");
    const outputs = await Promise.all(both.map(({ ended }) => ended));
    expect(outputs).toMatchObject([
      { exit: 0, stderr: "" },
      { exit: 0, stderr: "" },
    ]);
    const events = outputs.flatMap(({ stdout }) => jsonLines<JobEvent>(stdout, "event"));
    expect(events).toHaveLength(2 * names.length);
    expect(new Set(here.hook.events.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)));
    expect(here.hook.requests).toHaveLength(2 * names.length);
  });

  it("shows a person each event, with colours nowhere but at a terminal", async () => {
    await using here = await scene();
    const loop = here.loop("--verbose");
    await loop.line((line) => line.includes("First look at prod/ml: 0 TFJobs found"));
    createJob(here.api, "mnist");
    setCondition(here.api, "mnist", "Failed", 200);
    const line = await loop.line((each) => each.includes("mnist"));
    await here.hook.received(1);
    loop.process.kill("SIGTERM");
    expect(line).toContain("1970-01-01T00:03:20Z ❌ Failed: mnist (TFJob, ml, prod)");
    expect((await loop.ended).stdout).not.toContain("\u001b");
  });
});
