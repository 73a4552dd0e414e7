import { describe, expect, test } from "vitest";
import { eventData } from "#receivers/event-data";
import { EventData } from "#receivers/event-schema";
import { putEvents } from "#receivers/eventbridge/entry";
import { publication } from "#receivers/sns/message";
import { webhookBody } from "#receivers/webhook/body";
import { cloudEvent } from "#receivers/webhook/cloudevent";
import { jobEvent } from "../../support/events.ts";
import { EXPLAINED, STALLED } from "../../support/example-events.ts";

test("programs are told what a rule found and why, field by field", () => {
  expect(EventData.parse(eventData(STALLED))).toMatchObject({
    event: "Stalled",
    condition: null,
    rule: { type: "pendingFor", since: "2026-11-21T00:13:05Z", seconds: 900, restarts: null, moreThan: null },
    explanation: {
      pod: "resnet50-nightly-worker-0",
      replica: "Worker 0",
      container: null,
      exitCode: null,
      signal: null,
      reason: "Unschedulable",
      message: "0/5 nodes are available: 5 Insufficient nvidia.com/gpu.",
      log: [],
      warnings: [],
    },
  });
  expect(eventData(EXPLAINED).explanation).toMatchObject({
    exitCode: 137,
    log: EXPLAINED.explanation?.log,
    warnings: [{ reason: "BackOff", count: 3 }],
  });
  expect(eventData(jobEvent())).toMatchObject({ rule: null, explanation: null });
});

test("of a log programs get the last 20 lines that have 4,096 characters in all", () => {
  const logOf = (log: readonly string[]) => eventData(jobEvent({ explanation: { log } })).explanation?.log;
  expect(logOf(Array.from({ length: 30 }, (_, index) => `${index}`))).toHaveLength(20);
  expect(logOf(["first", "x".repeat(4_000), "last"])).toEqual(["first", `${"x".repeat(1_023)}…`, "last"]);
  expect(logOf(["first", ..."abcde".split("").map((char) => char.repeat(1_000)), "last"])).toHaveLength(5);
});

describe("where all is too large, the log goes first", () => {
  const log = Array.from({ length: 4 }, () => "中".repeat(1_000));
  const event = jobEvent({ message: "中".repeat(8_000), explanation: { reason: "Error", log } });
  const forms: readonly (readonly [string, (event: typeof EXPLAINED) => string, number])[] = [
    ["a webhook's body", webhookBody, 26_000],
    ["a CloudEvent", cloudEvent, 60_000],
    ["a publication", (of) => publication(of, false).Message ?? "", 256_000],
    ["an entry", (of) => JSON.parse(putEvents(of, "jobs")).Entries[0].Detail, 256_000],
  ];

  test.each(forms)("in %s", (_, write, most) => {
    const labels = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, "x".repeat(60)]));
    const many = {
      ...event,
      labels: most > 30_000 ? { ...labels, ...(most > 100_000 && { long: "x".repeat(100_000) }) } : {},
    };
    const body = write(many);
    expect(Buffer.byteLength(body)).toBeLessThan(most);
    expect(body).toContain('"log":[]');
    expect(body).toContain('"reason":"Error"');
  });

  test("and a small one stays whole", () => {
    expect(webhookBody(EXPLAINED)).toContain("epoch 42/90");
  });
});
