import { styleText } from "node:util";
import type { JobEvent } from "#jobs/event";
import { describe } from "#receivers/words";

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
};

// Asked here and not of styleText: that one forgets to ask for lists of styles in Node 22.13. `hasColors` minds NO_COLOR.
const isColourful = process.stdout.isTTY === true && process.stdout.hasColors();

/** Text in a colour, where standard output shows colours. */
export function paint(style: Style | Style[], text: string): string {
  return isColourful ? styleText(style, text, { validateStream: false }) : text;
}

/** An event as a chat message would show it, in lines for a terminal. */
export function messageLines(event: JobEvent): readonly string[] {
  const { emoji, headline, reason, message, facts } = describe(event);
  const style = COLOUR[event.event];
  const bar = paint(style, "▌");
  const why = [reason, message?.replaceAll("\n", " ")].filter((part) => part !== undefined).join(": ");
  return [
    `${bar}${emoji} ${paint(["bold", style], headline)}`,
    ...(why === "" ? [] : [`${bar}${why}`]),
    `${bar}${paint("gray", facts.map(([label, value]) => `${label}: ${value}`).join(" · "))}`,
  ];
}
