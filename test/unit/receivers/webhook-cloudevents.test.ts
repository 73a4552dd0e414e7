import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost } from "#receivers/post";
import { webhookBody } from "#receivers/webhook/body";
import { cloudEvent } from "#receivers/webhook/cloudevent";
import { CloudEvent, cloudEventSchema } from "#receivers/webhook/schema";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { cloudEventViolation, startCloudEvents } from "../../support/cloudevents-rules.ts";
import { hostileEvent, jobEvent } from "../../support/events.ts";
import { RESTARTING } from "../../support/example-events.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TYPE = "application/cloudevents+json; charset=utf-8";

const eventOf = (changes = {}) => CloudEvent.parse(JSON.parse(cloudEvent(jobEvent(changes))));

describe("a CloudEvent", () => {
  test("has the attributes of the specification and the data of a webhook's body", () => {
    const { data, ...attributes } = JSON.parse(cloudEvent(jobEvent()));
    expect(attributes).toEqual({
      specversion: "1.0",
      id: jobEvent().id,
      source: "/jobbell/prod/ml",
      type: "dev.jobbell.job.failed",
      subject: "PyTorchJob/mnist",
      time: "2026-11-21T02:17:11Z",
      datacontenttype: "application/json",
    });
    expect(data).toEqual(JSON.parse(webhookBody(jobEvent())).data);
  });

  test.each([
    [{ cluster: "eu / prod" }, { source: "/jobbell/eu%20%2F%20prod/ml" }],
    [{ namespace: "münchen" }, { source: "/jobbell/prod/m%C3%BCnchen" }],
    [{ name: "a/b\n" }, { subject: "PyTorchJob/a%2Fb%0A" }],
    [{ name: "\ud800" }, { subject: "PyTorchJob/%EF%BF%BD" }],
  ])("of a job such as %j has %j", (changes, expected) => {
    expect(eventOf(changes)).toMatchObject(expected);
  });

  test("is what the specification allows and the schema says, whatever the cluster sends", () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        const body = cloudEvent(event);
        expect(cloudEventViolation(TYPE, body)).toBeUndefined();
        expect(CloudEvent.safeParse(JSON.parse(body)).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("loses labels first, then replicas, then the ends of texts where it would be too long to be passed on", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "x".repeat(60)]));
    const replicas = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => [`R${index}`, { active: 1, succeeded: 0, failed: 0 }]),
    );
    const message = "\u0001".repeat(9_000);
    expect(eventOf({ labels: many(500) }).data).toMatchObject({ job: { labels: many(500) } });
    expect(eventOf({ labels: many(1_000) }).data).toMatchObject({ job: { labels: {} }, replicas: { Master: {} } });
    expect(eventOf({ labels: many(9), replicas }).data).toMatchObject({ job: { labels: {} }, replicas: {} });
    const longest = {
      message,
      reason: message,
      cluster: message,
      namespace: message,
      kind: message,
      name: message,
      uid: message,
    };
    expect(eventOf(longest).data.condition?.message).toHaveLength(4_096);
    expect(Buffer.byteLength(cloudEvent(jobEvent(longest)))).toBeLessThan(60_000);
  });
});

test("a webhook of CloudEvents is signed as any other", async () => {
  const server = await startCloudEvents();
  onTestFinished(() => server.close());
  const post = httpPost({ allowPrivate: true });
  const receiver = webhookReceiver({ name: "sink", url: server.url, secrets: [SECRET], format: "cloudevents", post });
  expect(await receiver.send(jobEvent(), Date.now(), new AbortController().signal)).toEqual({ state: "delivered" });
  const { headers, body } = server.requests[0]!;
  expect(headers).toMatchObject({ "content-type": TYPE, "webhook-id": JSON.parse(body).id });
  expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
});

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("docs/webhook-body.md shows a CloudEvent as it is posted", () => {
  const shown = JSON.stringify(JSON.parse(cloudEvent(RESTARTING)), null, 2);
  expect(read("docs/webhook-body.md")).toContain(`\`\`\`json\n${shown}\n\`\`\``);
});

test("schema/cloudevent.schema.json is what the code prints, and lets a version gain fields", () => {
  expect(cloudEventSchema()).toBe(read("schema/cloudevent.schema.json"));
  expect(cloudEventSchema()).not.toContain('"additionalProperties": false');
});
