import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkLink, checkTemplate } from "#config/templates";
import { slackMessage } from "#receivers/slack/message";
import { webhookBody } from "#receivers/webhook/body";
import { VARIABLES } from "#text/variables";
import { openWords } from "#words/words";
import { CREATED, EXPLAINED, FAILED, RECOVERED, RESTARTING, STALLED } from "../../support/example-events.ts";
import { asSeen, SlackPayload } from "../../support/slack-rules.ts";

const read = (path: string) => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), "utf8");
const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

test.each([
  ["created", CREATED],
  ["failed", FAILED],
  ["restarts", RESTARTING],
])("docs/receivers.md shows what is posted of a job that %s", (_, event) => {
  const message = slackMessage(event);
  expect(read("receivers.md")).toContain(fenced("text", asSeen(SlackPayload.parse(message))));
  expect(read("receivers.md")).toContain(fenced("json", JSON.stringify(message, null, 2)));
});

test("docs/webhook-body.md shows a body as it is posted", () => {
  const body = JSON.parse(webhookBody(RESTARTING));
  expect(read("webhook-body.md")).toContain(fenced("json", JSON.stringify(body, null, 2)));
});

describe("docs/messages.md", () => {
  const page = read("messages.md");

  test.each([
    ["en", EXPLAINED],
    ["en", STALLED],
    ["en", RECOVERED],
    ["zh", EXPLAINED],
    ["zh", STALLED],
    ["zh", RECOVERED],
  ] as const)("shows what is posted, by language %s", (language, event) => {
    const message = slackMessage(event, openWords({ language }));
    expect(page).toContain(fenced("text", asSeen(SlackPayload.parse(message))));
  });

  test("has every variable of templates, and no other", () => {
    const [, table = ""] = page.split("\n### Variables\n");
    const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)]);
    const named = cells.map(([, name = ""]) => name);
    expect(named.toSorted()).toEqual([...VARIABLES, "labels.KEY", "annotations.KEY"].toSorted());
  });

  test("shows templates and links that are right", () => {
    const written = [...page.matchAll(/^ +(?:- )?(headline|url|text): (?:"(.*)"|\|\n((?: {8}.*\n)+)|(\S+))$/gm)];
    expect(written).toHaveLength(4);
    for (const [, key, quoted, block, bare] of written)
      expect((key === "url" ? checkLink : checkTemplate)(quoted ?? block ?? bare ?? "")).toBeUndefined();
  });

  test("has the dates as they are written", () => {
    const at = "2026-11-21T14:05:00Z";
    for (const dateStyle of ["iso", "short", "long"] as const) {
      const [english, chinese] = (["en", "zh"] as const).map((language) =>
        openWords({ language, dateStyle, timeZone: "Europe/London" }).times?.write(at),
      );
      expect(page).toContain(`| \`${dateStyle}\` | ${english} | ${chinese} |`);
    }
  });
});
