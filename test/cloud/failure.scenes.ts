import { expect, it } from "vitest";
import { type Installation, TOKEN } from "./installation.ts";
import { heard, jobWith, logged, move, posts } from "./stories.ts";
import { until } from "./until.ts";

export function failureScenes(here: () => Installation): void {
  it("give up what a receiver refuses for good, keep it, and count it", async () => {
    const { cloud, gone } = here();
    gone.answer({ status: 404 });
    jobWith(here(), "lost", "nobody", "Created");
    await cloud.minute();
    await cloud.deliver(() => gone.requests.length === 1);
    await until(async () => (await cloud.table.rows()).some(({ state }) => state === "dead"), "the delivery is dead");
    const [dead] = (await cloud.table.rows()).filter(({ state }) => state === "dead");
    expect(dead).toMatchObject({ receiver: "gone", attempts: 1, error: expect.stringContaining("HTTP 404") });
    await until(
      () => logged(cloud, "deliver", ({ outcome }) => outcome === "dead").length === 1,
      "the metric is written",
    );
    await cloud.retry();
    await until(
      () => logged(cloud, "retry", ({ DeadDeliveries }) => DeadDeliveries === 1).length > 0,
      "the retry function counts it",
    );
    expect(gone.requests).toHaveLength(1);
  });

  it("put a message that nobody can read with the dead letters, while others are polled", async () => {
    const { cloud, hook } = here();
    cloud.queues.send(cloud.settings.queue.name, "this is no JSON");
    jobWith(here(), "ml", "beside-garbage", "Created");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "beside-garbage").length === 1);
    expect(cloud.queues.messages(cloud.settings.queue.deadLetters)).toEqual([]);
    await until(async () => {
      await cloud.queues.letVisibilityPass(cloud.settings.queue.name);
      await cloud.poll();
      return cloud.queues.messages(cloud.settings.queue.deadLetters).length > 0;
    }, "the message is a dead letter");
    expect(cloud.queues.messages(cloud.settings.queue.deadLetters)).toEqual(["this is no JSON"]);
    expect(cloud.queues.messages(cloud.settings.queue.name)).toEqual([]);
    expect(logged(cloud, "poll", ({ message }) => message === "a record failed")).toHaveLength(
      cloud.settings.queue.maxReceiveCount,
    );
  });

  it("report a row that cannot be read, and deliver all that is before, beside and behind it", async () => {
    const { cloud, hook } = here();
    jobWith(here(), "ml", "before", "Created");
    await cloud.minute();
    await cloud.table.put({ pk: "delivery#keys-of-no-stream", sk: "evt_1" });
    await cloud.table.put({ pk: "delivery#uid-of-a-broken-row#hook", sk: "evt_2", state: "pending", event: "broken" });
    jobWith(here(), "ml", "beside", "Created", "Succeeded");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "beside").length === 2 && heard(hook, "before").length === 1);
    jobWith(here(), "ml", "behind", "Created");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "behind").length === 1);
    const reports = cloud.queues.messages(cloud.settings.stream.failures).map((body) => JSON.parse(body));
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports)
      expect(report).toMatchObject({
        requestContext: {
          condition: "RetryAttemptsExhausted",
          approximateInvokeCount: cloud.settings.stream.maximumRetryAttempts + 1,
        },
      });
  });

  it.each([
    ["has read the list and written nothing", "before"],
    ["has written and not yet moved the cursor", "after"],
  ] as const)("lose nothing and say nothing twice where a poll dies that %s", async (_, when) => {
    const { cloud, hook } = here();
    const name = `killed-${when}`;
    jobWith(here(), "ml", name, "Created", "Running");
    const held = cloud.aws.poll.hold("TransactWriteItems", when);
    const minute = cloud.minute();
    await held.arrived;
    cloud.functions.poll.kill();
    await minute;
    expect(cloud.queues.messages(cloud.settings.queue.name)).toHaveLength(1);
    await cloud.deliver(() => when === "before" || heard(hook, name).length === 2);
    await cloud.queues.letVisibilityPass(cloud.settings.queue.name);
    await cloud.table.letTimePass();
    await cloud.poll();
    await cloud.deliver(() => heard(hook, name).length === 2);
    await cloud.minute();
    await cloud.deliver(() => true);
    await cloud.retry();
    expect(posts(hook, name).map(({ event }) => event)).toEqual(["Created", "Running"]);
    expect(cloud.queues.messages(cloud.settings.queue.name)).toEqual([]);
  });

  it("send the same id again where a delivery dies while the receiver has the post", async () => {
    const { cloud, hook } = here();
    hook.answer("hang");
    const before = hook.requests.length;
    jobWith(here(), "ml", "orphan", "Created", "Running");
    await cloud.minute();
    const delivered = cloud.deliver(() => true);
    await hook.received(before + 1);
    cloud.functions.deliver.kill();
    await delivered;
    await until(async () => {
      await cloud.table.letTimePass();
      await cloud.retry();
      return heard(hook, "orphan").length === 2;
    }, "the retry function brought it");
    const [lost, first, second, ...others] = posts(hook, "orphan");
    expect(lost).toMatchObject({ event: "Created", status: 0 });
    expect(first).toEqual({ ...lost, status: 204 });
    expect(second).toMatchObject({ event: "Running", status: 204 });
    expect(others).toEqual([]);
  });

  it("go on with other clusters where one is down and of one the token is missing or wrong, and say why", async () => {
    const { cloud, hook, secrets } = here();
    jobWith(here(), "ml", "elsewhere", "Created");
    jobWith(here(), "shut", "shut-in", "Created");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "elsewhere").length === 1);
    secrets.parameters.set("/jobbell/locked/token", "wr0ng-token");
    await cloud.minute();
    const reasons = () =>
      logged(cloud, "poll", ({ level }) => level === "ERROR" || level === "WARN").map(({ reason }) => String(reason));
    await until(() => reasons().some((reason) => /"locked"/.test(reason)), "the wrong token is complained of");
    expect(reasons()).toContainEqual(expect.stringMatching(/\$\{ssm:\/jobbell\/locked\/token\}: not found/));
    expect(reasons()).toContainEqual(expect.stringMatching(/"down" refuses connections/));

    secrets.parameters.set("/jobbell/locked/token", TOKEN);
    await cloud.minute();
    move(here(), "shut", "shut-in", "Running");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "shut-in").length > 0);
    expect(heard(hook, "shut-in")).toEqual(["Running"]);
  });

  it("keep what is for a receiver whose address cannot be read, and no other receiver waits", async () => {
    const { cloud, hook, mute, secrets } = here();
    jobWith(here(), "hushed", "quiet", "Created");
    await cloud.minute();
    await cloud.deliver(() => heard(hook, "quiet").length === 1);
    const rows = (await cloud.table.rows()).filter(({ receiver }) => receiver === "mute");
    expect(rows).toMatchObject([{ state: "pending", error: expect.stringContaining("not found") }]);
    secrets.parameters.set("/jobbell/mute", mute.url);
    // A new execution environment reads its secrets anew.
    cloud.functions.retry.kill();
    await until(async () => {
      await cloud.table.letTimePass();
      await cloud.retry();
      return heard(mute, "quiet").length === 1;
    }, "the delivery came");
  });
}
