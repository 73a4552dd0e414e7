import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES } from "#jobs/event";
import { teamsDigest, teamsMessage } from "#receivers/teams/message";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../../support/events.ts";
import { FAILED } from "../../support/example-events.ts";
import { asSeen, effects, MAX_BYTES, TeamsPayload, violation } from "../../support/teams-rules.ts";

const payloadOf = (message: object) => TeamsPayload.parse(JSON.parse(JSON.stringify(message)));
const seen = (message: object) => asSeen(payloadOf(message)).split("\n");
const cardOf = (...args: Parameters<typeof teamsMessage>) => teamsMessage(...args).attachments[0].content;

describe("a Teams message", () => {
  test("of a failed job says why before where", () => {
    expect(seen(teamsMessage(jobEvent()))).toEqual([
      "█ ❌ Failed: mnist",
      "PyTorchJobFailed",
      "PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
      "Namespace: ml",
      "Cluster: prod",
      "Kind: PyTorchJob",
      "Ran for: 2 h 4 min",
      "Before: Running for 2 h 4 min",
      "Replicas: Master 1/1 active; Worker 1/2 active, 1 failed",
      "2026-11-21T02:17:11Z",
    ]);
  });

  test("of a job that does well has the reason as a note below", () => {
    const event = jobEvent({ event: "Succeeded", reason: "JobDone", message: "It\nis done.", replicas: {} });
    expect(seen(teamsMessage(event))).toEqual([
      "█ ✅ Succeeded: mnist",
      "Namespace: ml",
      "Cluster: prod",
      "Kind: PyTorchJob",
      "Ran for: 2 h 4 min",
      "Before: Running for 2 h 4 min",
      "JobDone: It is done.",
      "2026-11-21T02:17:11Z",
    ]);
  });

  test("of a job about which little is known is valid too", () => {
    const { reason, message, durationSeconds, previous, sincePreviousSeconds, ...bare } = jobEvent({ replicas: {} });
    const unknown = { namespace: "", cluster: "", kind: "", name: "", at: "soon" };
    for (const event of EVENT_TYPES)
      expect(violation(JSON.stringify(teamsMessage({ ...bare, ...unknown, event })))).toBeUndefined();
  });

  test("has the time in each reader's own zone", () => {
    expect(cardOf(jobEvent()).body.at(-1)).toMatchObject({
      text: "{{DATE(2026-11-21T02:17:11Z, SHORT)}} at {{TIME(2026-11-21T02:17:11Z)}}",
    });
  });

  test("tells a time that is none as it is", () => {
    expect(seen(teamsMessage(jobEvent({ at: "[soon](x)" }))).at(-1)).toBe("［soon］(x)");
  });

  test("says all in one line where a client cannot show the card", () => {
    expect(cardOf(jobEvent({ reason: "a_reason" })).fallbackText).toBe(
      "❌ Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. a_reason: PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
    );
  });

  test("stands on a ground that tells failure from success", () => {
    const styles = EVENT_TYPES.map((event) => JSON.stringify(cardOf(jobEvent({ event })).body[0]));
    expect(styles[EVENT_TYPES.indexOf("Failed")]).toContain('"style":"attention"');
    expect(styles[EVENT_TYPES.indexOf("Succeeded")]).toContain('"style":"good"');
    expect(styles.filter((style) => /attention|good/.test(style))).toHaveLength(2);
  });

  test("tells a name that the headline cuts in full below", () => {
    const name = "train-".repeat(42);
    const lines = seen(teamsMessage(jobEvent({ name })));
    expect(lines[0]).toMatch(/…$/);
    expect(lines).toContain(`Name: ${name}`);
  });

  test.each([
    ["*all* **of** __it__ `code` _my_own_ snake_case_name"],
    ["<at>everyone</at> <b>bold</b>"],
    ["- list"],
    ["1. list"],
    ["a\\*b \\\\ c\\ &lt; &amp;"],
    ["[ok](x)"],
  ])("shows %j exactly as the cluster wrote it in the headline and the message", (text) => {
    const lines = seen(teamsMessage(jobEvent({ reason: text, message: text, name: text })));
    expect(lines.slice(0, 3)).toEqual([`█ ❌ Failed: ${text}`, text, text]);
  });

  test.each([
    ["<at>everyone</at>", "‹at›everyone‹/at›"],
    ["*a* ~b~ `c` _d_ snake_case", "∗a∗ ∼b∼ ˋcˋ ˍdˍ snake_case"],
    ["[ok](x) \\_", "［ok］(x) ∖ˍ"],
    ["&lt; & &#60;", "&\u2060lt; & &\u2060#60;"],
    ["- list", "\u2060- list"],
    ["12) list", "\u206012) list"],
    ["-1 and 2", "-1 and 2"],
  ])("keeps the words of a fact %j but none of its formatting", (namespace, shown) => {
    expect(seen(teamsMessage(jobEvent({ namespace })))).toContain(`Namespace: ${shown}`);
  });

  test.each([
    ["https://evil.example", "https:\u2060//evil.example"],
    ["www.evil.example", "www\u2060.evil.example"],
    ["a@evil.example", "a@\u2060evil.example"],
    ["{{DATE(2026-11-21T02:17:11Z)}}", "{\u2060{DATE(2026-11-21T02:17:11Z)}}"],
    ["${HOME} {{.Values.x}}", "${HOME} {{.Values.x}}"],
  ])("makes of %j no link and no time", (message, shown) => {
    expect(seen(teamsMessage(jobEvent({ message })))).toContain(shown);
  });

  test("keeps the lines of a message and what they are indented by, up to twelve", () => {
    const message = `Traceback:\n  File "a.py"\n\n\tx = 1\n${"more\n".repeat(20)}`;
    const lines = seen(teamsMessage(jobEvent({ message }))).slice(2);
    expect(lines.slice(0, 4)).toEqual(["Traceback:", '  File "a.py"', " x = 1", "more"]);
    expect(lines.indexOf("…")).toBe(11);
    expect(lines[12]).toBe("Namespace: ml");
  });

  test("does not show labels", () => {
    expect(JSON.stringify(teamsMessage(jobEvent({ labels: { owner: "jane-doe" } })))).not.toContain("jane-doe");
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileEvent, (event) => {
      const message = teamsMessage(event);
      const body = JSON.stringify(message);
      expect(violation(body)).toBeUndefined();
      expect(Buffer.byteLength(body)).toBeLessThan(MAX_BYTES);
      expect(effects(payloadOf(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

test("a card stays far below what Teams takes, however much room its letters need", () => {
  const long = "中".repeat(10_000);
  const texts = { name: long, namespace: long, cluster: long, kind: long, reason: long, message: long } as const;
  const warning = { reason: long, message: long };
  const log = Array.from({ length: 20 }, () => long);
  const explanation = {
    pod: long,
    reason: long,
    message: long,
    log,
    warnings: Array.from({ length: 5 }, () => warning),
  };
  const event = jobEvent({ ...texts, replicas: { [long]: { active: 1, succeeded: 0, failed: 0 } }, explanation });
  const events = Array.from({ length: 40 }, (_, index) => ({ ...event, namespace: `${index}${long}` }));
  for (const message of [teamsMessage(event), teamsDigest({ id: "dig_1", events })])
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan((MAX_BYTES * 2) / 3);
});

describe("a digest in Teams", () => {
  test("says how many, then what happened where, then the first, on the ground of the gravest", () => {
    const message = teamsDigest(storm(12));
    expect(seen(message)).toEqual([
      "█ 📊 12 events of 12 jobs",
      "ml (prod): 1 Failed, 1 Overdue, 1 Suspended, 1 Created",
      "research (prod): 1 Stalled, 1 Restarting, 1 Succeeded, 1 Recovered",
      "batch (prod): 1 Flapping, 1 Vanished, 1 Resumed, 1 Running",
      "❌ Failed: train-6 (ml, prod)",
      "⏳ Stalled: train-8 (research, prod)",
      "⏰ Overdue: train-9 (ml, prod)",
      "🔁 Flapping: train-10 (batch, prod)",
      "🔄 Restarting: train-2 (research, prod)",
      "👻 Vanished: train-7 (batch, prod)",
      "💤 Suspended: train-3 (ml, prod)",
      "✅ Succeeded: train-5 (research, prod)",
      "💚 Recovered: train-11 (research, prod)",
      "⏩ Resumed: train-4 (batch, prod)",
      "… and 2 more",
      "jobbell deliveries lists all that is in dig_0123456789abcdef0123456789abcdef",
    ]);
    expect(message.attachments[0].content.body[0]).toMatchObject({ style: "attention" });
  });

  test("rings nobody, links nowhere and keeps all limits, whatever the cluster sends", () => {
    const property = fc.property(hostileDigest, (digest) => {
      const message = teamsDigest(digest);
      expect(violation(JSON.stringify(message))).toBeUndefined();
      expect(effects(payloadOf(message))).toEqual([]);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

test.each([
  ["an event", teamsMessage(FAILED)],
  ["a digest", teamsDigest(storm(37))],
])("docs/receivers.md shows what Teams is sent of %s", (_, message) => {
  const docs = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  expect(docs).toContain(`\n${asSeen(payloadOf(message))}\n`);
  expect(docs).toContain(`\n${JSON.stringify(message, null, 2)}\n`);
});
