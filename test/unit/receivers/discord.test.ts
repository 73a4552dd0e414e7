import { describe, expect, onTestFinished, test } from "vitest";
import { discordReceiver } from "#receivers/discord/discord";
import { httpPost } from "#receivers/post";
import { startDiscord } from "../../support/discord-rules.ts";
import { jobEvent } from "../../support/events.ts";

const forever = new AbortController().signal;
const post = httpPost({ allowPrivate: true });

async function start(options: Parameters<typeof startDiscord>[0] = {}) {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.close());
  return { discord, receiver: discordReceiver({ name: "ml-alerts", webhookUrl: discord.url, post }) };
}

describe("the Discord receiver", () => {
  test("keeps to 30 messages a minute, and makes digests only where it is told from when on", async () => {
    const { discord, receiver } = await start();
    expect(receiver.minGapMs).toBe(2_000);
    expect(receiver).not.toHaveProperty("digest");
    const digesting = discordReceiver({ name: "ml-alerts", webhookUrl: discord.url, digestAbove: 5, post });
    expect(digesting.digest?.above).toBe(5);
  });

  test("waits until Discord has stored the message, in the thread that the address names", async () => {
    const { discord } = await start();
    const receiver = discordReceiver({ name: "ml-alerts", webhookUrl: `${discord.url}?thread_id=42`, post });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({ state: "delivered" });
    expect(discord.requests).toMatchObject([{ path: expect.stringMatching(/\?thread_id=42&wait=true$/), status: 200 }]);
  });

  test.each([[true], [false]])("takes a refusal of its pace as such (header: %s)", async (saysRetryAfter) => {
    const { receiver } = await start({ minGapMs: 60_000, saysRetryAfter });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({ state: "delivered" });
    const outcome = await receiver.send(jobEvent(), 0, forever);
    expect(outcome).toMatchObject({ state: "retry", throttled: true, retryAfterMs: expect.closeTo(60_000, -4) });
  });

  test.each([
    ['{"message":"You are being rate limited.","retry_after":0.3,"global":true}', 300],
    ['{"message":"You are being rate limited.","retry_after":"soon"}', undefined],
    ["<html>error code: 1015</html>", undefined],
    ["null", undefined],
  ])("an answer of 429 with %s asks to wait %s ms", async (body, retryAfterMs) => {
    const { discord, receiver } = await start();
    discord.answer({ status: 429, body });
    const outcome = await receiver.send(jobEvent(), 0, forever);
    expect(outcome).toMatchObject({ state: "retry", throttled: true });
    expect("retryAfterMs" in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
  });

  test.each([
    [400, 50035, "please report this"],
    [400, 220001, "thread_id"],
    [400, 50083, "archived"],
    [401, 50027, "copy the whole webhook URL again"],
    [403, 50013, "may not post"],
    [404, 10015, "make a new webhook"],
  ])("an answer of %i with code %i is dead, and the reason says what to do", async (status, code, advice) => {
    const { discord, receiver } = await start();
    discord.answer({ status, body: JSON.stringify({ message: "Unknown", code }) });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({
      state: "dead",
      reason: expect.stringMatching(new RegExp(`^HTTP ${status}: .*${advice}.*\\(${code}\\)$`)),
    });
  });

  test("an answer with a code that it does not know is quoted", async () => {
    const { discord, receiver } = await start();
    discord.answer({ status: 400, body: '{"message":"Something true","code":99}' });
    expect(await receiver.send(jobEvent(), 0, forever)).toMatchObject({
      reason: expect.stringContaining("Something true"),
    });
  });

  test.each([["discord.com/api/webhooks/1/secret"], ["file:///etc/secret"], [""]])(
    "is not made for the address %j, and the error does not repeat it",
    (webhookUrl) => {
      expect(() => discordReceiver({ name: "ml-alerts", webhookUrl })).toThrow(
        expect.objectContaining({ code: "bad-address", message: expect.not.stringContaining("secret") }),
      );
    },
  );
});
