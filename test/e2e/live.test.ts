import { expect, it, onTestFinished } from "vitest";
import { startApiServer } from "#sim/api-server";
import { folder, jsonLines, start } from "../support/command.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { startWebhook } from "../support/loopback-receiver.ts";

it("with hold, a change reaches its receiver long before the next look, and Ctrl-C leaves nothing to be said again", async () => {
  const api = await startApiServer({ now: Date.now, token: "s3cret-token" });
  const hook = await startWebhook();
  const home = folder();
  onTestFinished(async () => {
    await Promise.all([api.close(), hook.close()]);
    home[Symbol.dispose]();
  });
  home.write(
    "jobbell.yml",
    `clusters: [{ name: lab, server: "${api.url}", auth: { token: "\${env:TOKEN}" } }]
receivers: [{ name: hook, webhook: { url: "${hook.url}", allowInsecure: true, allowPrivate: true } }]
namespaces:
  - { namespace: ml, kinds: [TFJob], hold: 50s, routes: [{ receivers: [hook] }] }
  - { namespace: other, kinds: [TFJob], routes: [{ receivers: [hook] }] }
interval: 1h
`,
  );
  const options = { cwd: home.path, env: { TOKEN: "s3cret-token" } };
  const loop = start(["run", "--json"], options);
  // The namespace that is not held says that its look is over; the other one does not.
  await loop.line((line) => line.includes('"tick"'));
  createJob(api, "mnist");
  setCondition(api, "mnist", "Created", 200);
  setCondition(api, "mnist", "Running", 210);
  await hook.received(2);
  loop.process.kill("SIGINT");
  const { stdout, stderr, exit } = await loop.ended;
  expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
  expect(jsonLines(stdout, "event").map(({ event }) => event)).toEqual(["Created", "Running"]);
  setCondition(api, "mnist", "Succeeded", 220);
  const once = await start(["run", "--json", "--once"], options).ended;
  expect(jsonLines(once.stdout, "event").map(({ event }) => event)).toEqual(["Succeeded"]);
  expect(hook.requests).toHaveLength(3);
});
