import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { messageLines } from "#cli/terminal";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { discordMessage } from "#receivers/discord/message";
import { slackMessage } from "#receivers/slack/message";
import { teamsMessage } from "#receivers/teams/message";
import { openWords, type Wording } from "#words/words";
import * as discord from "../../support/discord-rules.ts";
import { jobEvent } from "../../support/events.ts";
import { EXPLAINED, RECOVERED } from "../../support/example-events.ts";
import * as slack from "../../support/slack-rules.ts";
import * as teams from "../../support/teams-rules.ts";

const plain = (lines: readonly string[]) => stripVTControlCharacters(lines.join("\n")).replaceAll("▌", "");
const bare = (text: string) => text.replace(/^[┃█] /gm, "");

/** How each medium shows an event to a person. */
const MEDIA: readonly (readonly [string, (event: JobEvent, wording?: Wording) => string])[] = [
  ["Slack", (event, wording) => bare(slack.asSeen(slack.SlackPayload.parse(slackMessage(event, openWords(wording)))))],
  ["Teams", (event, wording) => bare(teams.asSeen(teams.TeamsPayload.parse(teamsMessage(event, openWords(wording)))))],
  [
    "Discord",
    (event, wording) => bare(discord.asSeen(discord.DiscordPayload.parse(discordMessage(event, openWords(wording))))),
  ],
  ["the terminal", (event, wording) => plain(messageLines(event, openWords(wording)))],
];

describe.each(MEDIA)("in %s", (_, seen) => {
  test("the cause is read first, and the log has the space that it is indented by", () => {
    const lines = seen(EXPLAINED).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "❌ Failed: resnet50-nightly",
      "Worker 1 (resnet50-nightly-worker-1) was killed: out of memory (OOMKilled, exit code 137)",
    ]);
    expect(seen(EXPLAINED)).toMatch(/^ *epoch 41\/90 {2}loss 1\.8812.*\n *epoch 42\/90.*\n {2,}saving checkpoint/m);
    expect(seen(EXPLAINED)).toContain("BackOff ×3: Back-off restarting failed container pytorch");
  });

  test("a link that the configuration names leads where it says", () => {
    const links = [{ title: "Logs", url: "https://logs.example.com/{{namespace}}/{{name}}?at={{at}}" }];
    expect(seen(EXPLAINED, { links })).toContain(
      "https://logs.example.com/ml/resnet50-nightly?at=2026-11-21%2002%3A17%20UTC",
    );
  });

  test("words of one's own are all that is said of why and where", () => {
    const templates = [{ headline: "down: {{name}}", text: "*{{exitCode}}*\nask <!here>" }];
    const said = seen(EXPLAINED, { templates });
    expect(said).toMatch(/^❌ down: resnet50-nightly\n\*137\*\nask <!here>/);
    expect(said).not.toMatch(/Namespace|epoch|OOMKilled/);
    expect(seen(EXPLAINED, { templates: [{ text: "" }] })).not.toMatch(/Namespace|epoch|OOMKilled/);
  });

  test("a name that a headline of one's own leaves out is told below", () => {
    if (seen === MEDIA[3]?.[1]) return;
    expect(seen(EXPLAINED, { templates: [{ headline: "something is down" }] })).toContain("\nName: resnet50-nightly\n");
  });

  test("what is over is said, and from what", () => {
    expect(seen(RECOVERED)).toContain("Was Stalled for 13 min 15 s");
  });
});

describe.each(MEDIA.slice(0, 3))("in %s", (medium, seen) => {
  test("a time is written in the zone that is configured", () => {
    expect(seen(EXPLAINED, { timeZone: "Asia/Shanghai" }).split("\n").at(-1)).toBe("2026-11-21 10:17");
    expect(seen(EXPLAINED, { dateStyle: "long", timeZone: "Asia/Shanghai", language: "zh" })).toMatch(
      /2026年11月21日 10:17$/,
    );
  });

  test.each(["a", "<", '"', "`", "中", "\\"])(
    "a log of the longest lines, all %s, gives way before anything else",
    (unit) => {
      const log = Array.from({ length: 19 }, (_, index) => `${index} ${unit.repeat(5_000)}`);
      const explanation = { ...EXPLAINED.explanation, message: unit.repeat(5_000), log: [...log, "the last line"] };
      const warnings = Array.from({ length: 5 }, () => ({ reason: "BackOff", message: unit.repeat(5_000) }));
      const event = jobEvent({ explanation: { ...explanation, warnings }, message: unit.repeat(5_000) });
      const links = ["a", "b", "c", "d", "e"].map((title) => ({
        title,
        url: `https://logs.example.com/${"x".repeat(300)}`,
      }));
      const said = seen(event, { links });
      expect(said).toContain("Replicas: Master 1/1 active; Worker 1/2 active, 1 failed");
      expect(said).toMatch(/^ *the last line$/m);
      // Twenty lines, as short as a card shows them, may fit in.
      if (medium !== "Teams") expect(said).not.toMatch(/^ *0 /m);
    },
  );
});

test("each message is one that its service takes, of every event in either language", () => {
  for (const event of EVENT_TYPES)
    for (const language of ["en", "zh"] as const) {
      const words = openWords({ language });
      const given = { ...EXPLAINED, event };
      expect(slack.violation(JSON.stringify(slackMessage(given, words)))).toBeUndefined();
      expect(teams.violation(JSON.stringify(teamsMessage(given, words)))).toBeUndefined();
      expect(discord.violation(JSON.stringify(discordMessage(given, words)))).toBeUndefined();
    }
});
