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

/** Text in a colour, where standard output shows colours and NO_COLOR does not forbid them. */
export function paint(style: Style | Style[], text: string): string {
  return styleText(style, text, { stream: process.stdout });
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
    `${bar}${paint("gray", facts.map(([label, value]) => `${label} ${value}`).join(" · "))}`,
  ];
}
