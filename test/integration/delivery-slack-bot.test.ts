import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDeliverer } from "#delivery/deliver";
import { httpPost } from "#receivers/post";
import { slackBotReceiver } from "#receivers/slack/bot";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { pause } from "#wiring";
import { jobEvent } from "../support/events.ts";
import { type SlackApi, startSlackApi } from "../support/slack-api.ts";
import { queue } from "../support/store-steps.ts";

const never = new AbortController().signal;
const failed = jobEvent({ id: "evt_3", event: "Failed", at: "2026-11-21T02:17:11Z" });
const running = jobEvent({ id: "evt_2", event: "Running", at: "2026-11-21T00:13:11Z" });
const created = jobEvent({ id: "evt_1", event: "Created", at: "2026-11-21T00:13:05Z" });

/** One process: it delivers what is due, and ends. */
async function runProcess(file: string, api: SlackApi, events: readonly ReturnType<typeof jobEvent>[]) {
  const post = httpPost({ allowPrivate: true });
  const bot = { name: "alerts", token: "xoxb-test-token", channel: "#ml-alerts", style: "thread" } as const;
  const receiver = slackBotReceiver({ ...bot, apiUrl: api.url, post });
  const store = sqliteStore(file);
  const services = { store, receivers: new Map([["alerts", receiver]]), now: Date.now, random: Math.random, pause };
  await queue(store, "alerts", events);
  await openDeliverer({ ...services, onSettled: () => {} }).deliverDue(never);
  await store.close();
}

test("a new process goes on in the thread that another one began, at the pace that Slack wants", async () => {
  const api = await startSlackApi({ minGapMs: 700 });
  onTestFinished(() => api.close());
  const file = join(mkdtempSync(join(tmpdir(), "jobbell-")), "jobbell.db");
  await runProcess(file, api, [created]);
  await runProcess(file, api, [running]);
  await runProcess(file, api, [failed]);
  expect(api.messages.map(({ threadTs, broadcast, edits }) => ({ threadTs, broadcast, edits }))).toEqual([
    { threadTs: undefined, broadcast: false, edits: 2 },
    { threadTs: api.messages[0]!.ts, broadcast: false, edits: 0 },
    { threadTs: api.messages[0]!.ts, broadcast: true, edits: 0 },
  ]);
  expect(api.refusals).toEqual([]);
});
