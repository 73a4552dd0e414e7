import { styleText } from "node:util";
import type { JobEvent } from "#jobs/event";
import { type Description, PLAIN_WORDS, type Words } from "#words/words";

type Style = Extract<Parameters<typeof styleText>[0], string>;

const COLOUR: Readonly<Record<JobEvent["event"], Style>> = {
  Created: "cyan",
  Running: "blue",
  Restarting: "yellow",
  Suspended: "gray",
  Resumed: "cyan",
  Succeeded: "green",
  Failed: "red",
  Vanished: "magenta",
  Stalled: "yellow",
  Overdue: "yellow",
  Flapping: "yellow",
  Recovered: "green",
};

// Asked here and not of styleText: that one forgets to ask for lists of styles in Node 22.13. `hasColors` minds NO_COLOR.
const isColourful = process.stdout.isTTY === true && process.stdout.hasColors();

/** Text in a colour, where standard output shows colours. */
export function paint(style: Style | Style[], text: string): string {
  return isColourful ? styleText(style, text, { validateStream: false }) : text;
}

/** An event as a chat message would show it, in lines for a terminal. */
export function messageLines(event: JobEvent, words: Words = PLAIN_WORDS): readonly string[] {
  const description = words.describe(event);
  const { emoji, headline, text, links } = description;
  const style = COLOUR[event.event];
  const bar = paint(style, "▌");
  const said = text === undefined ? whyAndWhere(description) : text.split("\n").filter((line) => line !== "");
  const further = links.map(({ title, url }) => paint("gray", `${title}: ${url}`));
  return [`${emoji} ${paint(["bold", style], headline)}`, ...said, ...further].map((line) => `${bar}${line}`);
}

function whyAndWhere({ lead, body, facts, warnings, log, ...said }: Description): readonly string[] {
  const isExplained = said.cause !== undefined || said.finding !== undefined;
  const plain = [lead, body?.replaceAll("\n", " ")].filter((part) => part !== undefined).join(": ");
  const why = isExplained ? [lead ?? "", ...(body ?? "").split("\n")] : [plain];
  return [
    ...why.filter((line) => line !== ""),
    paint("gray", facts.map(([label, value]) => `${label}: ${value}`).join(" · ")),
    ...warnings.map((warning) => paint("yellow", `! ${warning}`)),
    ...(log === undefined ? [] : [paint("gray", log.title), ...log.lines.map((line) => paint("gray", `  ${line}`))]),
  ];
}
