import { expect, it } from "vitest";
import { tfJob } from "#jobs/kinds/kubeflow";
import { createJob, setCondition } from "../support/job-life.ts";
import { asSeen } from "../support/slack-rules.ts";
import type { Installation } from "./installation.ts";
import { heard, jobWith, move } from "./stories.ts";
import { until } from "./until.ts";

interface Told {
  readonly event: string;
  readonly job: { readonly name: string };
  readonly rule: object | null;
  readonly explanation: object | null;
}

export function lifeScenes(here: () => Installation): void {
  it("say nothing of what was there at the first look, and every step of a job's life from then on, once and in order", async () => {
    const { cloud, chat, hook } = here();
    jobWith(here(), "life", "old", "Created");
    await cloud.minute();
    expect((await cloud.table.rows()).filter(({ pk }) => String(pk).startsWith("delivery#"))).toEqual([]);

    jobWith(here(), "life", "mnist", "Created");
    await cloud.minute();
    await cloud.deliver(() => hook.events.length === 1 && chat.messages.length === 1);
    move(here(), "life", "mnist", "Running", "Failed");
    await cloud.minute();
    await cloud.deliver(() => hook.events.length === 3 && chat.messages.length === 3);
    await cloud.minute();
    await cloud.deliver(() => true);

    expect(heard(hook, "mnist")).toEqual(["Created", "Running", "Failed"]);
    expect(new Set(hook.events.map(({ id }) => id)).size).toBe(3);
    expect(hook.events.at(-1)?.body).toMatchObject({
      type: "job.failed",
      data: {
        event: "Failed",
        job: { cluster: "prod", kind: "TFJob", namespace: "life", name: "mnist" },
        condition: { type: "Failed", reason: "TFJobFailed", message: "TFJob life/mnist is failed." },
        previous: { event: "Running" },
        sincePreviousSeconds: 1,
      },
    });
    expect(chat.refusals).toEqual([]);
    expect(chat.messages.map(({ text }) => /Created|Running|Failed/.exec(text)?.[0])).toEqual([
      "Created",
      "Running",
      "Failed",
    ]);
    const [, , failed] = chat.messages;
    expect(failed && asSeen(failed)).toContain("TFJob life/mnist is failed.");
    expect(here().hook.requests).toHaveLength(3);
  });

  it("publish to a topic and put onto a bus, and send again what AWS and Slack failed to take", async () => {
    const { cloud, chat } = here();
    const published = (name: "deliver" | "retry") =>
      cloud.aws[name].uses
        .map(({ action }) => action)
        .filter((action) => /^(sns|events):/.test(action))
        .sort();
    const rowsOf = async (...receivers: readonly string[]) =>
      (await cloud.table.rows()).filter(
        ({ event, receiver }) => receivers.includes(String(receiver)) && JSON.stringify(event)?.includes("told"),
      );
    for (const operation of ["Publish", "PutEvents"]) cloud.aws.deliver.fail(operation);
    chat.answer({ status: 500 });
    const before = chat.requests.length;
    jobWith(here(), "public", "told", "Created");
    await cloud.minute();
    await cloud.deliver(() => published("deliver").length === 2 && chat.requests.length === before + 1);
    await until(async () => {
      await cloud.table.letTimePass();
      await cloud.retry();
      const rows = await rowsOf("topic", "bus", "chat");
      return rows.length === 3 && rows.every(({ state, attempts }) => state === "delivered" && attempts === 2);
    }, "the retry function brought them");
    expect(published("deliver")).toEqual(["events:PutEvents", "sns:Publish"]);
    expect(published("retry")).toEqual(["events:PutEvents", "sns:Publish"]);
    expect(chat.requests).toHaveLength(before + 2);
  });

  it("say Overdue of a job that runs for too long, once, when it is time, Recovered when it is over, and why another one failed", async () => {
    const { cloud, api, hook } = here();
    await cloud.minute();
    createJob(api, "long", {}, "slow");
    createJob(api, "broken", {}, "slow");
    setCondition(api, "long", "Running", Math.floor(Date.now() / 1000) - 57, "slow");
    move(here(), "slow", "broken", "Created", "Failed");
    await cloud.minute();
    await until(async () => {
      await cloud.minute();
      await cloud.deliver(() => true);
      return heard(hook, "long").includes("Overdue");
    }, "the minute was over");
    setCondition(api, "long", "Succeeded", Math.floor(Date.now() / 1000) + 5, "slow");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "long").length === 4 && heard(hook, "broken").length === 2);
    expect(heard(hook, "long")).toEqual(["Running", "Overdue", "Succeeded", "Recovered"]);
    const told = hook.events.map(({ body }) => (body as { data: Told }).data);
    expect(told.find(({ event }) => event === "Overdue")?.rule).toMatchObject({ type: "runningFor", seconds: 60 });
    const failed = told.find(({ event, job }) => event === "Failed" && job.name === "broken");
    expect(failed?.explanation).toMatchObject({ pod: expect.stringMatching(/^broken-/) });
  });

  it("say Vanished of an unfinished job that is gone, and nothing of a finished one", async () => {
    const { cloud, api, hook } = here();
    jobWith(here(), "ml", "unfinished", "Created");
    jobWith(here(), "ml", "finished", "Created", "Succeeded");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "finished").length === 2);
    api.remove(tfJob.resource, "ml", "unfinished");
    api.remove(tfJob.resource, "ml", "finished");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "unfinished").length === 2);
    expect(heard(hook, "unfinished")).toEqual(["Created", "Vanished"]);
    expect(heard(hook, "finished")).toEqual(["Created", "Succeeded"]);
    expect((await cloud.table.rows()).filter(({ sk }) => /\/(un)?finished$/.test(String(sk)))).toEqual([]);
  });

  it("bring what a receiver would not take later, with the same id and before what happened since", async () => {
    const { cloud, hook } = here();
    hook.answer({ status: 500 });
    jobWith(here(), "ml", "again", "Created");
    await cloud.minute();
    await cloud.deliver(() => hook.requests.at(-1)?.status === 500);
    move(here(), "ml", "again", "Running");
    await cloud.minute();
    await cloud.deliver(() => true);
    await cloud.retry();
    expect(heard(hook, "again")).toEqual([]);

    await cloud.table.letTimePass();
    await until(async () => {
      await cloud.retry();
      return heard(hook, "again").length === 2;
    }, "the retry function brought both");
    expect(heard(hook, "again")).toEqual(["Created", "Running"]);
    const [first, second, third] = hook.requests.slice(-3).map(({ headers }) => headers["webhook-id"]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it.each([
    ["at the same time", false],
    ["and the lease of the first runs out in the middle", true],
  ])("say everything once where two pollers have the same watches %s", async (_, runsOut) => {
    const { cloud, hook } = here();
    const name = runsOut ? "slow" : "twice";
    jobWith(here(), "ml", name, "Created");
    jobWith(here(), "ml", `${name}-beside`, "Created", "Succeeded");
    const held = cloud.aws.poll.hold("TransactWriteItems");
    const first = cloud.minute();
    await held.arrived;
    if (runsOut) await cloud.table.letTimePass();
    await cloud.minute();
    await cloud.deliver(() => !runsOut || heard(hook, `${name}-beside`).length === 2);
    held.release();
    await first;
    await cloud.deliver(() => heard(hook, `${name}-beside`).length === 2);
    await cloud.retry();
    expect(heard(hook, name)).toEqual(["Created"]);
    expect(heard(hook, `${name}-beside`)).toEqual(["Created", "Succeeded"]);
    expect(cloud.functions.poll.starts).toBeGreaterThan(1);
  });

  it("say everything once where each minute comes twice and two pollers share the queue", async () => {
    const { cloud, hook } = here();
    const names = Array.from({ length: 10 }, (_, index) => `crowd-${index}`);
    for (const name of names) jobWith(here(), "ml", name, "Created", "Running");
    await cloud.minute({ schedules: 2, pollers: 2 });
    for (const name of names) move(here(), "ml", name, "Succeeded");
    await cloud.minute({ schedules: 2, pollers: 2 });
    await cloud.deliver(() => names.every((name) => heard(hook, name).length === 3));
    for (const name of names) expect(heard(hook, name)).toEqual(["Created", "Running", "Succeeded"]);
  });
}
