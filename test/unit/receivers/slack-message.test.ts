import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES } from "#jobs/event";
import { slackDigest, slackMessage } from "#receivers/slack/message";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../../support/events.ts";
import {
  asSeen,
  MAX_MESSAGE_CHARACTERS,
  mentionsAndLinks,
  SlackPayload,
  violation,
} from "../../support/slack-rules.ts";

const payloadOf = (...args: Parameters<typeof slackMessage>) =>
  SlackPayload.parse(JSON.parse(JSON.stringify(slackMessage(...args))));
const seen = (...args: Parameters<typeof slackMessage>) => asSeen(payloadOf(...args));

describe("a Slack message", () => {
  test("of a failed job says why before where", () => {
    expect(seen(jobEvent()).split("\n")).toEqual([
      "❌ Failed: mnist",
      "┃ PyTorchJobFailed",
      "┃ PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
      "┃ Namespace: ml",
      "┃ Cluster: prod",
      "┃ Kind: PyTorchJob",
      "┃ Ran for: 2 h 4 min",
      "┃ Before: Running for 2 h 4 min",
      "┃ Replicas: Master 1/1 active; Worker 1/2 active, 1 failed",
      "┃ 2026-11-21T02:17:11Z",
    ]);
  });

  test("of a job that does well has the reason as a note below", () => {
    const event = jobEvent({ event: "Succeeded", reason: "JobDone", message: "It\nis done.", replicas: {} });
    expect(seen(event).split("\n")).toEqual([
      "✅ Succeeded: mnist",
      "┃ Namespace: ml",
      "┃ Cluster: prod",
      "┃ Kind: PyTorchJob",
      "┃ Ran for: 2 h 4 min",
      "┃ Before: Running for 2 h 4 min",
      "┃ JobDone: It is done.",
      "┃ 2026-11-21T02:17:11Z",
    ]);
  });

  test("of a job about which little is known is valid too", () => {
    const { reason, message, durationSeconds, previous, sincePreviousSeconds, ...bare } = jobEvent({ replicas: {} });
    for (const event of EVENT_TYPES) {
      const message = slackMessage({ ...bare, event, name: "", at: "soon" });
      expect(violation(JSON.stringify(message))).toBeUndefined();
      expect(mentionsAndLinks(SlackPayload.parse(message))).toEqual([]);
    }
  });

  test("has the time in each reader's own zone", () => {
    expect(JSON.stringify(payloadOf(jobEvent()))).toContain(
      `<!date^${Date.UTC(2026, 10, 21, 2, 17, 11) / 1_000}^{date_short_pretty} at {time_secs}|2026-11-21T02:17:11Z>`,
    );
  });

  test("has a colour that tells failure from success", () => {
    const colors = EVENT_TYPES.map((event) => payloadOf(jobEvent({ event })).attachments?.[0]?.color);
    const [failed, succeeded] = [EVENT_TYPES.indexOf("Failed"), EVENT_TYPES.indexOf("Succeeded")];
    expect(colors.filter((color) => color === colors[failed])).toHaveLength(1);
    expect(colors.filter((color) => color === colors[succeeded])).toHaveLength(1);
  });

  test("tells a name that the headline cuts in full below", () => {
    const name = "train-".repeat(42);
    const lines = seen(jobEvent({ name })).split("\n");
    expect(lines[0]).toMatch(/…$/);
    expect(lines).toContain(`┃ Name: ${name}`);
    expect(seen(jobEvent())).not.toContain("Name:");
  });

  test("shows exactly what the cluster wrote, also where Slack would format it", () => {
    const message = "<!channel> & *all* of `ml_team` see https://x.example/?a=1&b=2";
    expect(seen(jobEvent({ message, name: "<!channel>" }))).toContain(message);
    expect(seen(jobEvent({ message, name: "<!channel>" }))).toContain("❌ Failed: <!channel>");
  });

  test("keeps a reason's words but none of their formatting", () => {
    const lines = seen(jobEvent({ reason: "my_own_reason *is* `code` ~no~ _it_ @here" })).split("\n");
    expect(lines[1]).toBe("┃ my_own_reason ∗is∗ ˋcodeˋ ∼no∼ ˍitˍ @\u2060here");
  });

  test("does not show labels", () => {
    expect(JSON.stringify(slackMessage(jobEvent({ labels: { owner: "jane-doe" } })))).not.toContain("jane-doe");
  });

  test("cuts a long message between characters, and stays within Slack's limits", () => {
    const body = JSON.stringify(slackMessage(jobEvent({ message: '🔥"\n'.repeat(25_000) })));
    expect(violation(body)).toBeUndefined();
    expect(body).toContain("…");
  });

  test("of an event of which nothing is known is still one that Slack takes", () => {
    const unknown = { namespace: "", cluster: "", kind: "", replicas: {}, labels: {} };
    const { id, at, uid, apiVersion, name } = jobEvent();
    const message = slackMessage({ id, at, uid, apiVersion, name, event: "Created", ...unknown });
    expect(violation(JSON.stringify(message))).toBeUndefined();
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileEvent, (event) => {
      const message = slackMessage(event);
      const body = JSON.stringify(message);
      expect(violation(body)).toBeUndefined();
      expect(body.length).toBeLessThan(MAX_MESSAGE_CHARACTERS);
      expect(mentionsAndLinks(SlackPayload.parse(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("a digest in Slack", () => {
  test("says how many, then what happened where, then the first, and has the colour of the gravest", () => {
    const payload = SlackPayload.parse(slackDigest(storm(12)));
    expect(asSeen(payload).split("\n")).toEqual([
      "📊 12 events of 12 jobs",
      "┃ ml (prod): 1 Failed, 1 Overdue, 1 Suspended, 1 Created",
      "┃ research (prod): 1 Stalled, 1 Restarting, 1 Succeeded, 1 Recovered",
      "┃ batch (prod): 1 Flapping, 1 Vanished, 1 Resumed, 1 Running",
      "┃ ❌ Failed: train-6 (ml, prod)",
      "┃ ⏳ Stalled: train-8 (research, prod)",
      "┃ ⏰ Overdue: train-9 (ml, prod)",
      "┃ 🔁 Flapping: train-10 (batch, prod)",
      "┃ 🔄 Restarting: train-2 (research, prod)",
      "┃ 👻 Vanished: train-7 (batch, prod)",
      "┃ 💤 Suspended: train-3 (ml, prod)",
      "┃ ✅ Succeeded: train-5 (research, prod)",
      "┃ 💚 Recovered: train-11 (research, prod)",
      "┃ ⏩ Resumed: train-4 (batch, prod)",
      "┃ … and 2 more",
      "┃ jobbell deliveries lists all that is in dig_0123456789abcdef0123456789abcdef",
    ]);
    expect(payload.attachments?.[0]?.color).toBe(slackMessage(jobEvent()).attachments[0]?.color);
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileDigest, (digest) => {
      const message = slackDigest(digest);
      const body = JSON.stringify(message);
      expect(violation(body)).toBeUndefined();
      expect(mentionsAndLinks(SlackPayload.parse(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

test("docs/receivers.md shows what Slack is sent of a digest", () => {
  const message = slackDigest(storm(37));
  const docs = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  expect(docs).toContain(`\n${asSeen(SlackPayload.parse(message))}\n`);
  expect(docs).toContain(`\n${JSON.stringify(message, null, 2)}\n`);
});
