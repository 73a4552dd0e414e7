import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost } from "#receivers/post";
import { webhookBody } from "#receivers/webhook/body";
import { WebhookBody } from "#receivers/webhook/schema";
import { signer } from "#receivers/webhook/sign";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { hostileEvent, jobEvent } from "../../support/events.ts";
import { startWebhook } from "../../support/loopback-receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const NOW = Date.UTC(2026, 10, 21, 2, 17, 12, 345);
const forever = new AbortController().signal;

async function start(secret: string | undefined, secrets: readonly string[], options = {}) {
  const server = await startWebhook(secret, options);
  onTestFinished(() => server.close());
  return {
    server,
    receiver: webhookReceiver({ name: "pipeline", url: server.url, secrets, post: httpPost({ allowPrivate: true }) }),
  };
}

describe("a webhook's signature", () => {
  test("is that of the specification's example", () => {
    const sign = signer("pipeline", [SECRET]);
    expect(sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, '{"test": 2432232314}')).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("is one that a receiver's library verifies against the real clock", async () => {
    const { server, receiver } = await start(SECRET, [SECRET], { clock: Date.now });
    expect(await receiver.send(jobEvent(), Date.now(), forever)).toEqual({ state: "delivered" });
    const { body, headers } = server.requests[0]!;
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
  });

  test("is refused by a receiver with another secret or another clock", async () => {
    const wrong = await start(SECRET, [NEW_SECRET]);
    expect(await wrong.receiver.send(jobEvent(), NOW, forever)).toMatchObject({ state: "dead" });
    const late = await start(SECRET, [SECRET], { clock: () => NOW + 600_000 });
    expect(await late.receiver.send(jobEvent(), NOW, forever)).toMatchObject({ state: "dead" });
  });

  test("comes once for each secret, so that old and new receivers verify while a secret is exchanged", async () => {
    for (const secret of [SECRET, NEW_SECRET]) {
      const { server, receiver } = await start(secret, [NEW_SECRET, SECRET]);
      expect(await receiver.send(jobEvent(), NOW, forever)).toEqual({ state: "delivered" });
      expect(server.requests[0]!.headers["webhook-signature"]).toMatch(/^v1,\S{44} v1,\S{44}$/);
    }
  });

  test("is left out without a secret, while id and time are told", async () => {
    const { server, receiver } = await start(undefined, []);
    expect(await receiver.send(jobEvent(), NOW, forever)).toEqual({ state: "delivered" });
    expect(server.requests[0]!.headers).toMatchObject({
      "webhook-id": jobEvent().id,
      "webhook-timestamp": String(Math.floor(NOW / 1_000)),
      "content-type": "application/json",
    });
    expect(server.requests[0]!.headers).not.toHaveProperty("webhook-signature");
  });

  test("has the same id and a new time in each attempt", async () => {
    const { server, receiver } = await start(SECRET, [SECRET]);
    server.answer({ status: 500 }, "lose");
    for (const now of [NOW, NOW + 5_000, NOW + 35_000]) await receiver.send(jobEvent(), now, forever);
    const headers = server.requests.map(({ headers }) => [headers["webhook-id"], Number(headers["webhook-timestamp"])]);
    const first = Math.floor(NOW / 1_000);
    expect(headers).toEqual([0, 5, 35].map((later) => [jobEvent().id, first + later]));
    expect(server.events.map(({ id }) => id)).toEqual([jobEvent().id, jobEvent().id]);
  });

  test.each([
    ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with whsec_"],
    ["", "must begin with whsec_"],
    ["whsec_", "at least 24 bytes"],
    ["whsec_c2hvcnQ=", "at least 24 bytes"],
    ["whsec_not base64 at all! not base64 at all!", "followed by base64"],
  ])("is not made with the secret %j, and the error does not repeat it", (secret, problem) => {
    const make = () =>
      webhookReceiver({ name: "pipeline", url: "https://hooks.example.com/", secrets: [SECRET, secret] });
    expect(make).toThrow(
      expect.objectContaining({ name: "ReceiverError", code: "bad-secret", message: expect.stringContaining(problem) }),
    );
    const rest = secret.replace("whsec_", "");
    if (rest !== "") expect(make).toThrow(expect.objectContaining({ message: expect.not.stringContaining(rest) }));
  });
});

describe("a webhook's body", () => {
  test("has this shape, in this order", () => {
    expect(webhookBody(jobEvent())).toBe(
      JSON.stringify({
        type: "job.failed",
        timestamp: "2026-11-21T02:17:11Z",
        data: {
          version: 1,
          event: "Failed",
          job: {
            cluster: "prod",
            apiVersion: "kubeflow.org/v1",
            kind: "PyTorchJob",
            namespace: "ml",
            name: "mnist",
            uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
            labels: { team: "vision" },
          },
          condition: {
            type: "Failed",
            reason: "PyTorchJobFailed",
            message: "PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
            at: "2026-11-21T02:17:11Z",
          },
          previous: { event: "Running", at: "2026-11-21T00:13:11Z" },
          durationSeconds: 7440,
          sincePreviousSeconds: 7440,
          replicas: {
            Master: { active: 1, succeeded: 0, failed: 0, desired: 1 },
            Worker: { active: 1, succeeded: 0, failed: 1, desired: 2 },
          },
          rule: null,
          explanation: null,
        },
      }),
    );
  });

  test("says null for what is not known", () => {
    const { reason, message, durationSeconds, previous, sincePreviousSeconds, ...bare } = jobEvent();
    const replicas = { Worker: { active: 1, succeeded: 0, failed: 0 } };
    expect(JSON.parse(webhookBody({ ...bare, replicas })).data).toMatchObject({
      condition: { type: "Failed", reason: null, message: null },
      previous: null,
      durationSeconds: null,
      sincePreviousSeconds: null,
      replicas: { Worker: { desired: null } },
    });
    expect(JSON.parse(webhookBody({ ...bare, event: "Vanished" })).data.condition).toBeNull();
  });

  test("does not depend on the order in which a store gives labels and replicas back", () => {
    const [one, other] = [
      { b: "2", a: "1" },
      { a: "1", b: "2" },
    ];
    expect(webhookBody(jobEvent({ labels: one }))).toBe(webhookBody(jobEvent({ labels: other })));
  });

  test("cuts a message that many receivers would not take", () => {
    const { data } = WebhookBody.parse(JSON.parse(webhookBody(jobEvent({ message: "🔥".repeat(50_000) }))));
    expect(data.condition?.message).toMatch(/^(?:🔥){4095}…$/u);
  });

  test("is what its schema says and has a UTF-8 form, whatever the cluster sends", () => {
    const property = fc.property(hostileEvent, (event) => {
      const body = webhookBody(event);
      expect(WebhookBody.safeParse(JSON.parse(body)).error).toBeUndefined();
      expect(body).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
