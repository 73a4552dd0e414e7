import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EventType, JobEvent } from "#jobs/event";
import { httpPost } from "#receivers/post";
import type { Outcome } from "#receivers/receiver";
import { type SlackBotOptions, slackBotReceiver } from "#receivers/slack/bot";
import { hostileEvent, jobEvent } from "../../support/events.ts";
import { EXPLAINED } from "../../support/example-events.ts";
import { type SlackApi, type SlackApiOptions, startSlackApi } from "../../support/slack-api.ts";
import { asSeen, mentionsAndLinks } from "../../support/slack-rules.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
const TOKEN = "xoxb-test-token";
const forever = new AbortController().signal;

/** A bot, and what it is given back from one event to the next. */
async function openBot(options: Partial<SlackBotOptions> & { readonly api?: SlackApiOptions } = {}) {
  const { api: apiOptions = {}, ...rest } = options;
  const api = await startSlackApi(apiOptions);
  onTestFinished(() => api.close());
  const receiver = botOf(api, rest);
  let memo: string | undefined;
  const send = async (event: JobEvent): Promise<Outcome> => {
    const outcome = await receiver.send(event, NOW, forever, memo);
    memo = outcome.memo ?? memo;
    return outcome;
  };
  return { api, receiver, send };
}

function botOf({ url }: SlackApi, options: Partial<SlackBotOptions>) {
  const post = httpPost({ allowPrivate: true, totalTimeoutMs: 2000 });
  const defaults = { name: "alerts", token: TOKEN, channel: "#ml-alerts", style: "thread" } as const;
  return slackBotReceiver({ ...defaults, apiUrl: url, post, ...options });
}

const step = (event: EventType, at: string) =>
  jobEvent({ event, at: `2026-11-21T${at}Z`, id: `evt_${event}_${at}`, ...(event !== "Failed" && PLAIN) });
const PLAIN = { reason: "TFJobRunning", message: "TFJob mnist is running." };
const CREATED = step("Created", "00:13:05");
const RUNNING = step("Running", "00:13:11");
const FAILED = step("Failed", "02:17:11");

/** The channel: each message by its state, a reply under its root, `!` where it is shown in the channel too. */
function channelOf({ messages }: SlackApi): readonly string[] {
  return messages.map(({ payload, threadTs, broadcast, edits }) => {
    const state = /(\w+)(?: again)?: mnist/.exec(asSeen(payload))?.[1];
    return `${threadTs === undefined ? "" : "  "}${state}${broadcast ? "!" : ""}${edits > 0 ? ` (edited ${edits})` : ""}`;
  });
}

describe("by style thread a job", () => {
  test("has one message, which is edited as it moves; each further step is a reply, and a failure is shown in the channel", async () => {
    const { api, send } = await openBot();
    for (const event of [CREATED, RUNNING, FAILED]) expect(await send(event)).toMatchObject({ state: "delivered" });
    expect(channelOf(api)).toEqual(["Failed (edited 2)", "  Running", "  Failed!"]);
    expect(api.refusals).toEqual([]);
  });

  test("shows in its message the way that it went", async () => {
    const { api, send } = await openBot();
    for (const event of [CREATED, RUNNING, FAILED]) await send(event);
    const seen = asSeen(api.messages[0]!.payload);
    expect(seen).toContain("Failed: mnist");
    expect(seen).toContain("Created 2026-11-21T00:13:05Z → Running 2026-11-21T00:13:11Z → Failed 2026-11-21T02:17:11Z");
  });

  test("gets a new message where the old one was deleted, and goes on in its thread", async () => {
    const { api, send } = await openBot();
    await send(CREATED);
    await send(RUNNING);
    for (const { ts } of [...api.messages]) api.remove(ts);
    await send(FAILED);
    await send(step("Running", "02:20:00"));
    expect(channelOf(api)).toEqual(["Running (edited 1)", "  Running"]);
    expect(asSeen(api.messages[0]!.payload)).toContain("Created 2026-11-21T00:13:05Z → Running");
  });

  test("gets a new message where the old one is too old to be edited", async () => {
    const { api, send } = await openBot();
    await send(CREATED);
    api.closeEdits();
    await send(RUNNING);
    await send(FAILED);
    expect(channelOf(api)).toEqual(["Created", "Failed (edited 1)", "  Failed!"]);
  });

  test("begins a new message in another channel", async () => {
    const { api, send, receiver } = await openBot();
    await send(CREATED);
    const memo = JSON.stringify({ to: "#other", channel: "C9", ts: "1.1", steps: [] });
    await receiver.send(RUNNING, NOW, forever, memo);
    expect(channelOf(api)).toEqual(["Created", "Running"]);
  });

  test.each(["", "{}", "nonsense", '{"to":"#ml-alerts","channel":"C0ALERTS01","ts":1}'])(
    "begins a new message where what is remembered, %j, cannot be read",
    async (memo) => {
      const { api, receiver } = await openBot();
      expect(await receiver.send(RUNNING, NOW, forever, memo)).toMatchObject({ state: "delivered" });
      expect(channelOf(api)).toEqual(["Running"]);
    },
  );

  test("is not put back by an event that is told late", async () => {
    const { api, send } = await openBot();
    for (const event of [CREATED, FAILED, RUNNING]) await send(event);
    expect(channelOf(api)).toEqual(["Failed (edited 1)", "  Failed!", "  Running"]);
    expect(asSeen(api.messages[0]!.payload)).not.toContain("Running 2026");
  });

  test("is told of a step once more where the answer to the reply was lost, and edited to the same", async () => {
    const { api, send } = await openBot();
    await send(CREATED);
    const before = api.requests.length;
    api.answer({ status: 200, body: '{"ok":true,"channel":"C0ALERTS01","ts":"1"}' }, "lose");
    expect(await send(RUNNING)).toMatchObject({ state: "retry" });
    expect(await send(RUNNING)).toMatchObject({ state: "delivered" });
    expect(api.requests.slice(before).map(({ path }) => path.split(".")[1])).toEqual([
      ...["update", "postMessage", "update", "postMessage"],
    ]);
    expect(channelOf(api)).toEqual(["Running (edited 1)", "  Running"]);
  });
});

test("a job's message is put right after a digest, and nobody is told", async () => {
  const { api, send, receiver } = await openBot();
  const { memo = "" } = await send(CREATED);
  expect(await receiver.amend?.(FAILED, NOW, forever, memo)).toEqual({ state: "delivered" });
  expect(channelOf(api)).toEqual(["Failed (edited 1)"]);
  api.answer({ status: 429, headers: { "retry-after": "3" } });
  expect(await receiver.amend?.(FAILED, NOW, forever, memo)).toMatchObject({ state: "retry", throttled: true });
});

describe("in another channel", () => {
  test("a bot is another receiver, with the same token, a lane and messages of its own", async () => {
    const { api, receiver, send } = await openBot();
    await send(CREATED);
    const other = receiver.inChannel?.("C0ALERTS01");
    expect(other).toMatchObject({ name: "alerts/C0ALERTS01", kind: "slack", lane: "c0alerts01", remembers: true });
    const { memo = "" } = (await other?.send(RUNNING, NOW, forever)) ?? {};
    expect(JSON.parse(memo)).toMatchObject({ to: "C0ALERTS01" });
    expect(await receiver.send(FAILED, NOW, forever, memo)).toMatchObject({ state: "delivered" });
    expect(channelOf(api)).toEqual(["Created", "Running", "Failed"]);
    expect(api.requests.map(({ body }) => new URLSearchParams(body).get("channel"))).toEqual([
      ...["#ml-alerts", "C0ALERTS01", "#ml-alerts"],
    ]);
  });
});

test.each<[EventType, boolean]>([
  ["Stalled", true],
  ["Overdue", true],
  ["Flapping", true],
  ["Failed", true],
  ["Recovered", false],
  ["Restarting", false],
])("a reply of %s is shown in the channel too: %s", async (event, isShown) => {
  const { api, send } = await openBot();
  await send(CREATED);
  await send(step(event, "02:00:00"));
  expect(api.messages.map(({ broadcast }) => broadcast)).toEqual([false, isShown]);
});

test("a bot speaks as it is configured", async () => {
  const { api, send } = await openBot({ messages: { language: "zh", timeZone: "Asia/Shanghai" } });
  await send(CREATED);
  await send({ ...EXPLAINED, name: "mnist" });
  const [root = "", reply = ""] = api.messages.map(({ payload }) => asSeen(payload));
  expect(root).toContain("❌ 失败：mnist\n");
  expect(root).toContain("┃ 已创建 08:13 → 失败 10:17");
  expect(reply).toMatch(/^❌ 失败：mnist {2}运行时长 2 小时 4 分钟\n┃ Worker 1（.*）因内存不足被终止/);
  expect(reply).toContain("┃     epoch 42/90");
  expect(reply).toContain("┃ 2026-11-21 10:17");
});

test("by style update a job has its one message, and no replies", async () => {
  const { api, send } = await openBot({ style: "update" });
  for (const event of [CREATED, RUNNING, FAILED]) await send(event);
  expect(channelOf(api)).toEqual(["Failed (edited 2)"]);
});

test("by style plain each event is a message, and nothing is remembered", async () => {
  const { api, receiver } = await openBot({ style: "plain" });
  expect(receiver.remembers).toBeUndefined();
  for (const event of [CREATED, RUNNING])
    expect(await receiver.send(event, NOW, forever)).toEqual({ state: "delivered" });
  expect(channelOf(api)).toEqual(["Created", "Running"]);
});

test("bots of one channel share its pace, whatever they are called", async () => {
  const { api } = await openBot();
  const lanes = [botOf(api, { name: "a" }), botOf(api, { name: "b" }), botOf(api, { channel: "#ML-alerts" })];
  expect(new Set(lanes.map(({ lane }) => lane)).size).toBe(1);
  expect(botOf(api, { channel: "#other" }).lane).not.toBe(lanes[0]!.lane);
});

describe("what Slack answers", () => {
  const refusal = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });

  test.each<[string, object, string, string]>([
    ["a token that is not valid", refusal("invalid_auth"), "dead", "the token is not valid"],
    ["a channel that the bot is not in", refusal("not_in_channel"), "dead", "/invite it there"],
    ["a channel that is not there", refusal("channel_not_found"), "dead", "/invite the bot"],
    ["a scope that is missing", refusal("missing_scope"), "dead", "chat:write"],
    ["an error that nobody knows", refusal("brand_new_error"), "dead", "(brand_new_error)"],
    ["an error that is no code", refusal(`${TOKEN} <b>x</b>`), "dead", "does not accept the message"],
    ["trouble of its own", refusal("internal_error"), "retry", "in trouble"],
    ["too many requests, as an error", refusal("ratelimited"), "retry", "slower pace"],
    ["a server error", { status: 503 }, "retry", "HTTP 503"],
    ["a page of a proxy", { status: 200, body: "<html>sign in</html>" }, "retry", "not Slack's"],
    ["nothing in particular", { status: 200, body: "{}" }, "retry", "not Slack's"],
    ["success without a place", { status: 200, body: '{"ok":true}' }, "retry", "not Slack's"],
  ])("%s", async (_, answer, state, reason) => {
    const { api, send } = await openBot();
    api.answer(answer as never);
    const outcome = await send(CREATED);
    expect(outcome).toMatchObject({ state, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
  });

  test("too many requests: it names the time", async () => {
    const { api, send } = await openBot();
    api.answer({ status: 429, headers: { "retry-after": "30" }, body: '{"ok":false,"error":"ratelimited"}' });
    expect(await send(CREATED)).toMatchObject({ state: "retry", throttled: true, retryAfterMs: 30_000 });
    api.answer({ status: 429 });
    expect(await send(CREATED)).toMatchObject({ state: "retry", throttled: true });
    expect(api.requests).toHaveLength(2);
  });

  test("that a message is gone, to a post that edits nothing, is an error like any other", async () => {
    const { api, send } = await openBot();
    api.answer(refusal("message_not_found"));
    expect(await send(CREATED)).toMatchObject({ state: "dead" });
  });
});

test("whatever text a cluster sends is taken, and rings, links and formats nothing", async () => {
  const { api, receiver } = await openBot();
  const property = fc.asyncProperty(hostileEvent, hostileEvent, async (first, second) => {
    const { memo } = await receiver.send(first, NOW, forever);
    expect(await receiver.send({ ...second, at: first.at }, NOW, forever, memo)).toMatchObject({ state: "delivered" });
  });
  await fc.assert(property, { numRuns: 100 });
  for (const { payload } of api.messages) expect(mentionsAndLinks(payload)).toEqual([]);
});

test("docs/receivers.md shows a job's message and its replies as they are", async () => {
  const { api, send } = await openBot();
  const started = { durationSeconds: 6, previous: { event: "Created", at: CREATED.at } } as const;
  for (const event of [CREATED, { ...RUNNING, ...started }, FAILED]) await send(event);
  const docs = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  for (const { payload } of api.messages) expect(docs).toContain(`\`\`\`text\n${asSeen(payload)}\n\`\`\``);
});
