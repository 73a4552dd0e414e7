import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EventType, JobEvent } from "#jobs/event";
import { alertEvent } from "#receivers/pagerduty/message";
import { pagerDutyReceiver } from "#receivers/pagerduty/pagerduty";
import { httpPost } from "#receivers/post";
import { hostileEvent, jobEvent } from "../../support/events.ts";
import { EXPLAINED } from "../../support/example-events.ts";
import { asPaged, linksIn, startPagerDuty } from "../../support/pagerduty-rules.ts";

const KEY = "0123456789abcdef0123456789ABCDEF";
const forever = new AbortController().signal;

async function start(options = {}) {
  const server = await startPagerDuty(KEY);
  onTestFinished(() => server.close());
  const post = httpPost({ allowPrivate: true });
  return {
    server,
    receiver: pagerDutyReceiver({ name: "on-call", routingKey: KEY, endpoint: server.url, post, ...options }),
  };
}

const happens = (event: EventType, changes = {}) => jobEvent({ event, ...changes });
const keyOf = (event: object) => (event as { dedup_key: string }).dedup_key;

describe("PagerDuty", () => {
  test("is told of a failure with what a person needs to begin", async () => {
    const { server, receiver } = await start();
    await receiver.send(jobEvent(), 0, forever);
    expect(server.events).toEqual([
      {
        routing_key: KEY,
        event_action: "trigger",
        dedup_key: "prod/5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
        client: "Jobbell",
        payload: {
          summary:
            "Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. PyTorchJobFailed: PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
          severity: "error",
          timestamp: "2026-11-21T02:17:11Z",
          source: "prod",
          component: "mnist",
          group: "ml",
          class: "PyTorchJob Failed",
          custom_details: {
            Name: "mnist",
            Uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
            Namespace: "ml",
            Cluster: "prod",
            Kind: "PyTorchJob",
            "Ran for": "2 h 4 min",
            Before: "Running for 2 h 4 min",
            Replicas: "Master 1/1 active; Worker 1/2 active, 1 failed",
            Reason: "PyTorchJobFailed",
            Message: "PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
            Labels: { team: "vision" },
          },
        },
      },
    ]);
  });

  test.each(["critical", "error", "warning", "info"] as const)("is told the severity %s", async (severity) => {
    const { server, receiver } = await start({ severity });
    await receiver.send(jobEvent(), 0, forever);
    expect(server.events).toMatchObject([{ payload: { severity } }]);
  });

  test.each<[EventType, "posted" | "silent"]>([
    ["Created", "silent"],
    ["Running", "posted"],
    ["Restarting", "silent"],
    ["Suspended", "silent"],
    ["Resumed", "silent"],
    ["Succeeded", "posted"],
    ["Vanished", "posted"],
  ])("after a failure %s is %s, and what is silent forgets nothing", async (event, expected) => {
    const { server, receiver } = await start();
    const { memo } = await receiver.send(jobEvent(), 0, forever);
    const after = await receiver.send(happens(event), 0, forever, memo);
    expect(after.state).toBe("delivered");
    expect(server.events.slice(1).map(({ event_action }) => event_action)).toEqual(
      expected === "posted" ? ["resolve"] : [],
    );
    expect(server.open.size).toBe(expected === "posted" ? 0 : 1);
    await receiver.send(happens("Succeeded"), 0, forever, after.memo);
    expect(server.open.size).toBe(0);
    expect(server.events).toHaveLength(2);
  });

  const raised = { since: "2026-11-21T01:00:00Z", seconds: 900 } as const;
  const stalled = happens("Stalled", { rule: { type: "pendingFor", ...raised } });
  const overdue = happens("Overdue", { rule: { type: "runningFor", ...raised } });
  const flapping = happens("Flapping", { rule: { type: "restarts", ...raised } });
  const recovered = ({ rule }: JobEvent) => happens("Recovered", { ...(rule && { rule }) });

  test.each<[string, readonly JobEvent[], readonly string[]]>([
    ["what is stalled runs", [stalled, happens("Running"), recovered(stalled)], ["trigger", "resolve"]],
    ["what is stalled recovers", [stalled, recovered(stalled), happens("Running")], ["trigger", "resolve"]],
    ["what runs too long runs again", [overdue, happens("Restarting"), happens("Running")], ["trigger"]],
    ["what runs too long recovers", [overdue, happens("Running"), recovered(overdue)], ["trigger", "resolve"]],
    ["what runs too long succeeds", [overdue, happens("Succeeded"), recovered(overdue)], ["trigger", "resolve"]],
    ["what restarts too often runs", [flapping, happens("Running")], ["trigger"]],
    ["what restarts too often recovers", [flapping, recovered(flapping)], ["trigger", "resolve"]],
    ["what restarts too often is gone", [flapping, happens("Vanished")], ["trigger", "resolve"]],
    ["one of two reasons is over", [overdue, flapping, recovered(flapping)], ["trigger", "trigger"]],
    ["both are", [overdue, flapping, recovered(flapping), recovered(overdue)], ["trigger", "trigger", "resolve"]],
    ["what is not its reason is over", [jobEvent(), recovered(overdue)], ["trigger"]],
    [
      "what ran too long fails, and runs again",
      [overdue, jobEvent(), happens("Running")],
      ["trigger", "trigger", "resolve"],
    ],
    ["what was raised before anything is remembered is over", [recovered(stalled)], ["resolve"]],
  ])("where %s", async (_, events, actions) => {
    const { server, receiver } = await start();
    let memo: string | undefined;
    for (const event of events) {
      const outcome = await receiver.send(event, 0, forever, memo);
      expect(outcome.state).toBe("delivered");
      memo = outcome.memo ?? memo;
    }
    expect(server.events.map(({ event_action }) => event_action)).toEqual(actions);
  });

  test("goes on with what an older version remembered", async () => {
    const { server, receiver } = await start();
    await receiver.send(happens("Running"), 0, forever, "closed");
    expect(server.events).toEqual([]);
    await receiver.send(happens("Running"), 0, forever, "open");
    expect(server.events).toMatchObject([{ event_action: "resolve" }]);
  });

  test("is told the cause first, and has warnings, log, links and time with the details", async () => {
    const messages = {
      timeZone: "Europe/Berlin",
      links: [{ title: "Logs", url: "https://logs.example.com/{{name}}" }],
    };
    const { server, receiver } = await start({ messages });
    await receiver.send(EXPLAINED, 0, forever);
    expect(server.events).toMatchObject([
      {
        links: [{ href: "https://logs.example.com/resnet50-nightly", text: "Logs" }],
        payload: {
          summary: expect.stringMatching(/^Failed: .*, ran for 2 h 4 min\. Worker 1 .* was killed: out of memory/),
          custom_details: {
            Time: "2026-11-21 03:17",
            Cause: expect.stringContaining("OOMKilled, exit code 137"),
            Warnings: "BackOff ×3: Back-off restarting failed container pytorch",
            Log: expect.stringMatching(/^epoch 41.*\nepoch 42.*\n {2}saving/),
          },
        },
      },
    ]);
  });

  test("hears nothing of a job that never failed", async () => {
    const { server, receiver } = await start();
    for (const event of ["Created", "Running", "Restarting", "Succeeded"] as const)
      expect(await receiver.send(happens(event), 0, forever)).toEqual({ state: "delivered" });
    expect(server.requests).toEqual([]);
  });

  test("closes the alert of a failure that is remembered by the event alone", async () => {
    const { server, receiver } = await start();
    await receiver.send(jobEvent(), 0, forever);
    const previous = { event: "Failed", at: "2026-11-21T02:17:11Z" } as const;
    await receiver.send(happens("Running", { previous }), 0, forever);
    expect(server.open.size).toBe(0);
  });

  test.each(["lose", "reset"] as const)(
    "an attempt that ended with %s may have opened an alert: it is closed",
    async (answer) => {
      const { server, receiver } = await start();
      server.answer(answer);
      const lost = await receiver.send(jobEvent(), 0, forever);
      expect(lost.state).toBe("retry");
      await receiver.send(happens("Succeeded"), 0, forever, lost.memo);
      expect(server.events).toMatchObject([{ event_action: "resolve" }]);
    },
  );

  test("a resolve that was not taken is tried again", async () => {
    const { server, receiver } = await start();
    const { memo } = await receiver.send(jobEvent(), 0, forever);
    server.answer({ status: 500 });
    const refused = await receiver.send(happens("Succeeded"), 0, forever, memo);
    expect(refused).toMatchObject({ state: "retry", memo });
    await receiver.send(happens("Succeeded"), 0, forever, refused.memo);
    expect(server.open.size).toBe(0);
  });

  test("a 429 is waited out for a minute, or as long as it asks", async () => {
    const { server, receiver } = await start();
    server.answer({ status: 429 }, { status: 429, headers: { "retry-after": "7" } });
    for (const retryAfterMs of [60_000, 7_000])
      expect(await receiver.send(jobEvent(), 0, forever)).toMatchObject({
        state: "retry",
        throttled: true,
        retryAfterMs,
      });
  });

  test("a key that PagerDuty does not know is dead, and the reason says what to do", async () => {
    const { receiver } = await start({ routingKey: KEY.toLowerCase() });
    expect(await receiver.send(jobEvent(), 0, forever)).toMatchObject({
      state: "dead",
      reason: expect.stringMatching(/^HTTP 400: PagerDuty does not know the routing key; copy the integration key/),
    });
  });

  test("another refusal is quoted", async () => {
    const { server, receiver } = await start();
    server.answer({ status: 400, body: '{"status":"invalid event","errors":["\'severity\' is odd"]}' });
    expect(await receiver.send(jobEvent(), 0, forever)).toHaveProperty("reason", expect.stringContaining("is odd"));
  });

  test("is one lane for all receivers of one key, which the lane does not tell", async () => {
    const make = (routingKey: string) => pagerDutyReceiver({ name: "on-call", routingKey }).lane;
    expect(make(KEY)).toBe(make(KEY));
    expect(make(KEY)).not.toBe(make(KEY.toLowerCase()));
    expect(make(KEY)).not.toContain(KEY.slice(0, 8));
  });

  test.each(["", "short", `${KEY}0`, `${KEY.slice(1)}-`])(
    "is not made with the key %j, and the error does not repeat it",
    (routingKey) => {
      expect(() => pagerDutyReceiver({ name: "on-call", routingKey })).toThrow(
        expect.objectContaining({
          code: "bad-secret",
          message: "receiver on-call: its routingKey must have 32 letters and digits",
        }),
      );
    },
  );
});

describe("an alert's key", () => {
  const key = (changes: object) => keyOf(alertEvent(jobEvent(changes), "trigger", KEY, "error"));

  test("is that of the job, whatever happened", () => {
    expect(key({ event: "Running", id: "evt_2" })).toBe(key({}));
    expect(key({ uid: "another" })).not.toBe(key({}));
    expect(key({ cluster: "another" })).not.toBe(key({}));
  });

  test("is a digest where it would be too long", () => {
    expect(key({ cluster: "c".repeat(250) })).toMatch(/^[0-9a-f]{64}$/);
    expect(key({ cluster: "c".repeat(218) })).toHaveLength(255);
  });
});

test("text from the cluster makes no link and no markup in an alert", async () => {
  const { server, receiver } = await start();
  await fc.assert(
    fc.asyncProperty(hostileEvent, async (event) => {
      await receiver.send({ ...event, event: "Failed" }, 0, forever);
      expect(linksIn(server.events.at(-1)!)).toEqual([]);
      expect(server.requests.at(-1)!.status).toBe(202);
    }),
    { numRuns: 200 },
  );
});

const page = (path: string) => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), "utf8");
const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

test("docs/receivers.md shows an alert as it is posted, and as it is seen", async () => {
  const key = KEY.toLowerCase();
  const [alert, resolve] = (["trigger", "resolve"] as const).map((action) =>
    alertEvent(jobEvent(), action, key, "error"),
  );
  const { server, receiver } = await start();
  await receiver.send(jobEvent(), 0, forever);
  expect(page("receivers.md")).toContain(fenced("text", asPaged(server.events[0]!)));
  for (const event of [alert, resolve])
    expect(page("receivers.md")).toContain(fenced("json", JSON.stringify(event, null, 2)));
});
