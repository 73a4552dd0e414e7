import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES } from "#jobs/event";
import { discordDigest, discordMessage } from "#receivers/discord/message";
import { asSeen, DiscordPayload, effects, violation } from "../../support/discord-rules.ts";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../../support/events.ts";
import { FAILED } from "../../support/example-events.ts";

const payloadOf = (message: object) => DiscordPayload.parse(JSON.parse(JSON.stringify(message)));
const seen = (message: object) => asSeen(payloadOf(message)).split("\n");

describe("a Discord message", () => {
  test("of a failed job says why before where", () => {
    expect(seen(discordMessage(jobEvent()))).toEqual([
      "┃ ❌ Failed: mnist",
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
    expect(seen(discordMessage(event))).toEqual([
      "┃ ✅ Succeeded: mnist",
      "┃ Namespace: ml",
      "┃ Cluster: prod",
      "┃ Kind: PyTorchJob",
      "┃ Ran for: 2 h 4 min",
      "┃ Before: Running for 2 h 4 min",
      "┃ JobDone: It is done. • 2026-11-21T02:17:11Z",
    ]);
  });

  test("of a job about which little is known is valid too", () => {
    const { reason, message, durationSeconds, previous, sincePreviousSeconds, ...bare } = jobEvent({ replicas: {} });
    const unknown = { namespace: "", cluster: "", kind: "", name: "", at: "soon" };
    for (const event of EVENT_TYPES) {
      const message = discordMessage({ ...bare, ...unknown, event });
      expect(violation(JSON.stringify(message))).toBeUndefined();
    }
  });

  test("has a colour that tells failure from success", () => {
    const colors = EVENT_TYPES.map((event) => discordMessage(jobEvent({ event })).embeds[0].color);
    const [failed, succeeded] = [EVENT_TYPES.indexOf("Failed"), EVENT_TYPES.indexOf("Succeeded")];
    expect(colors.filter((color) => color === colors[failed])).toHaveLength(1);
    expect(colors.filter((color) => color === colors[succeeded])).toHaveLength(1);
  });

  test("tells a name that the headline cuts in full below", () => {
    const name = "train-".repeat(42);
    const lines = seen(discordMessage(jobEvent({ name })));
    expect(lines[0]).toMatch(/…$/);
    expect(lines).toContain(`┃ Name: ${name}`);
  });

  test.each([
    ["<@123456789> <@&123> <#123> <t:0:R> </x:1> <id:home>"],
    ["@everyone and @here"],
    ["*all* **of** __it__ ~~not~~ ||this|| `code` _my_own_ snake_case_name"],
    ["[ok](https://evil.example) https://evil.example steam://run"],
    ["# big"],
    ["-# small"],
    ["- list"],
    ["+ list"],
    ["12. list"],
    ["> quote"],
    ["a\\*b \\\\ c\\"],
    [":tada: at 02:17:11"],
  ])("shows %j exactly as the cluster wrote it, and it means nothing", (text) => {
    const message = payloadOf(discordMessage(jobEvent({ reason: text, message: text, name: text })));
    expect(asSeen(message).split("\n").slice(0, 3)).toEqual([`┃ ❌ Failed: ${text}`, `┃ ${text}`, `┃ ${text}`]);
    expect(effects(message)).toEqual([]);
  });

  test("a log stays in its block of code, whatever it says", () => {
    const log = ["```", "@everyone [ok](https://evil.example) **all**", "``` # big"];
    const message = payloadOf(discordMessage(jobEvent({ explanation: { log } })));
    expect(message.embeds[0]?.description).toMatch(
      /\n```\nˋˋˋ\n@everyone \[ok\]\(https:\/\/evil\.example\) \*\*all\*\*\nˋˋˋ # big\n```$/,
    );
    expect(effects(message)).toEqual([]);
  });

  test("allows nobody to be rung", () => {
    expect(discordMessage(jobEvent()).allowed_mentions).toEqual({ parse: [] });
  });

  test("does not show labels", () => {
    expect(JSON.stringify(discordMessage(jobEvent({ labels: { owner: "jane-doe" } })))).not.toContain("jane-doe");
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileEvent, (event) => {
      const message = discordMessage(event);
      expect(violation(JSON.stringify(message))).toBeUndefined();
      expect(effects(payloadOf(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("a digest in Discord", () => {
  test("says how many, then the first, then what happened where, and has the colour of the gravest", () => {
    const message = discordDigest(storm(12));
    expect(seen(message)).toEqual([
      "┃ 📊 12 events of 12 jobs",
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
      "┃ ml (prod): 1 Failed, 1 Overdue, 1 Suspended, 1 Created",
      "┃ research (prod): 1 Stalled, 1 Restarting, 1 Succeeded, 1 Recovered",
      "┃ batch (prod): 1 Flapping, 1 Vanished, 1 Resumed, 1 Running",
      "┃ jobbell deliveries lists all that is in dig_0123456789abcdef0123456789abcdef",
    ]);
    expect(message.embeds[0].color).toBe(discordMessage(jobEvent({ event: "Failed" })).embeds[0].color);
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileDigest, (digest) => {
      const message = discordDigest(digest);
      expect(violation(JSON.stringify(message))).toBeUndefined();
      expect(effects(payloadOf(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

test.each([
  ["an event", discordMessage(FAILED)],
  ["a digest", discordDigest(storm(37))],
])("docs/receivers.md shows what Discord is sent of %s", (_, message) => {
  const docs = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  expect(docs).toContain(`\n${asSeen(payloadOf(message))}\n`);
  expect(docs).toContain(`\n${JSON.stringify(message, null, 2)}\n`);
});
