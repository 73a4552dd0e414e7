import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { slackMessage } from "#receivers/slack/message";
import { webhookBody } from "#receivers/webhook/body";
import { CREATED, FAILED, RESTARTING } from "../../support/example-events.ts";
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
