import * as z from "zod";
import { EventName } from "./schema-routes.ts";
import { Text } from "./schema-text.ts";
import { checkLink, checkTemplate, checkTimeZone } from "./templates.ts";

const ENTRY = "must have at least one entry";

function checked(check: (text: string) => string | undefined) {
  return Text.superRefine((text, context) => {
    const complaint = check(text);
    if (complaint !== undefined) context.addIssue(complaint);
  });
}

export const TimeZone = checked(checkTimeZone);

const Link = z
  .strictObject({
    title: Text.max(40, "must have at most 40 characters").describe("What the link is called."),
    url: checked(checkLink).describe("Where it leads: https://logs.example.com/{{namespace}}/{{name}}."),
    on: z.array(EventName).min(1, ENTRY).exactOptional().describe("The events that carry it. Default: all."),
  })
  .describe("A link that messages carry.");

const Template = z
  .strictObject({
    on: z.array(EventName).min(1, ENTRY).exactOptional().describe("The events that it is for. Default: all."),
    headline: checked(checkTemplate).exactOptional().describe("What stands first, in one line."),
    text: checked(checkTemplate).exactOptional().describe("What stands below, in place of reason, message and facts."),
  })
  .describe("Words of one's own, in Mustache. An event takes the first template that fits.");

/** How messages are worded. */
export const Messages = z
  .strictObject({
    language: z.enum(["en", "zh"]).exactOptional().describe("Language of the words. Default: en."),
    timeZone: TimeZone.exactOptional().describe("Where times are told, such as Europe/Berlin. Default: UTC."),
    dateStyle: z
      .enum(["iso", "short", "long"])
      .exactOptional()
      .describe("How times are written: 2026-11-21 14:05, 21 Nov 14:05, or 21 November 2026 at 14:05. Default: iso."),
    links: z.array(Link).max(5, "must have at most 5 entries").exactOptional().describe("Links that messages carry."),
    templates: z.array(Template).min(1, ENTRY).exactOptional().describe("Words in place of Jobbell's own."),
  })
  .describe("How messages are worded, for people: programs get the same fields always.");
