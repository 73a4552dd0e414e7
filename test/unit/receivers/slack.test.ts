import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost } from "#receivers/post";
import { slackReceiver } from "#receivers/slack/slack";
import { jobEvent } from "../../support/events.ts";
import { startSlack } from "../../support/loopback-receiver.ts";

const forever = new AbortController().signal;

async function start(options: Parameters<typeof startSlack>[0] = {}) {
  const slack = await startSlack(options);
  onTestFinished(() => slack.close());
  return {
    slack,
    receiver: slackReceiver({ name: "ml-alerts", webhookUrl: slack.url, post: httpPost({ allowPrivate: true }) }),
  };
}

describe("the Slack receiver", () => {
  test("keeps to one message a second, as Slack asks", async () => {
    const { receiver } = await start();
    expect(receiver.minGapMs).toBe(1_000);
  });

  test("takes a refusal of its pace as such", async () => {
    const { receiver } = await start({ minGapMs: 60_000 });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({ state: "delivered" });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({
      state: "retry",
      reason: "HTTP 429: the receiver wants a slower pace; it said: rate_limited",
      retryAfterMs: 1_000,
      throttled: true,
    });
  });

  test.each([
    [400, "invalid_payload", "please report this"],
    [403, "action_prohibited", "ask for permission"],
    [403, "invalid_token", "make a new incoming webhook"],
    [404, "channel_not_found", "make a new incoming webhook"],
    [404, "no_service", "make a new incoming webhook"],
    [410, "channel_is_archived", "unarchive it"],
  ])("an answer of %i %s is dead, and the reason says what to do", async (status, body, advice) => {
    const { slack, receiver } = await start();
    slack.answer({ status, body: `${body}\n` });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({
      state: "dead",
      reason: expect.stringMatching(new RegExp(`^HTTP ${status}: .*${advice}.*\\(${body}\\)$`)),
    });
  });

  test("Slack's own trouble is tried again", async () => {
    const { slack, receiver } = await start();
    slack.answer({ status: 500, body: "rollup_error" });
    expect(await receiver.send(jobEvent(), 0, forever)).toHaveProperty("state", "retry");
  });

  test.each([["hooks.slack.com/services/T0/B0/secret"], ["file:///etc/secret"], ["https://secret host/"], [""]])(
    "is not made for the address %j, and the error does not repeat it",
    (webhookUrl) => {
      expect(() => slackReceiver({ name: "ml-alerts", webhookUrl })).toThrow(
        expect.objectContaining({
          name: "ReceiverError",
          code: "bad-address",
          receiver: "ml-alerts",
          message: expect.not.stringContaining("secret"),
        }),
      );
    },
  );
});
