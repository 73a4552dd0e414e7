import { availableParallelism, cpus, totalmem } from "node:os";
import type { Benchmark, Row } from "./benchmark.ts";

/** Rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, against = "", measured, goal }) => [
    what,
    against,
    measured,
    goal?.text ?? "",
    goal === undefined ? "" : verdict(goal),
  ]);
  return markdown(["what", "against", "measured", "goal", "met"], lines);
}

export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function heading({ name, about }: Pick<Benchmark, "name" | "about">): string {
  return `## ${name}\n\n${about}\n`;
}

/** What a time means nothing without. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${availableParallelism()} cores (${model}), ${memory} GiB of memory, Node ${process.versions.node}, ${process.platform}.`;
}

/** Whether a goal was missed that no machine excuses. */
export function isMissed({ goal }: Row): boolean {
  return goal !== undefined && !goal.met && goal.of === "count";
}

function verdict({ met, of }: NonNullable<Row["goal"]>): string {
  if (met) return "yes";
  return of === "count" ? "**no**" : "no, on this machine";
}
