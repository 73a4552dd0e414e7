import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run } from "../support/command.ts";

const EXAMPLES = globSync("examples/*/jobbell.yml").sort();
const SECRETS = {
  PROD_TOKEN: "a-token-of-nobody",
  SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T0/B0/nobody",
  SLACK_BOT_TOKEN: "xoxb-1-1-nobody",
  PAGERDUTY_KEY: "0123456789abcdef0123456789abcdef",
  HOOK_SECRET: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
};
const cwd = process.cwd();

/** Who hears, and who does not: `not chat`. */
async function heard(example: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await run(["plan", "-c", `examples/${example}/jobbell.yml`, ...args, "-o", "json"], {
    cwd,
  });
  if (exit !== 0) throw new Error(stderr);
  type Planned = {
    readonly event: string;
    readonly name: string;
    readonly verdicts: readonly { readonly receiver: string; readonly told: boolean }[];
  };
  return (JSON.parse(stdout || "[]") as Planned[]).flatMap(({ event, name, verdicts }) => {
    const to = verdicts.filter(({ told }) => told).map(({ receiver }) => receiver);
    return `${event} of ${name} to ${to.join(", ") || "nobody"}`;
  });
}

describe("the examples", () => {
  it.each(EXAMPLES)("%s is good, without a warning", async (example) => {
    const { exit, stdout, stderr } = await run(["check", "-c", example], { cwd, env: SECRETS });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/ is good: /);
  });

  it("are all in the list", () => {
    const list = readFileSync("examples/README.md", "utf8");
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(3);
    expect(EXAMPLES.filter((example) => !list.includes(example.replace("examples/", "")))).toEqual([]);
  });

  it.each<[why: string, example: string, args: readonly string[], expected: readonly string[]]>([
    ["a failure is told", "one-cluster", ["--event", "Failed", "--kind", "Job"], ["Failed of example to ml-alerts"]],
    ["a creation is not", "one-cluster", ["--event", "Created"], ["Created of example to nobody"]],
    ["nor is a smoke test", "one-cluster", ["--event", "Failed", "--name", "smoke-7"], ["Failed of smoke-7 to nobody"]],
    ["a team hears of its own", "two-teams", ["--event", "Failed", "-n", "speech-a"], ["Failed of example to speech"]],
    [
      "in the channel that the job names",
      "two-teams",
      ["--event", "Failed", "-n", "vision-a", "--annotation", "jobbell.dev/channel=#vision-paper"],
      ["Failed of example to vision/#vision-paper"],
    ],
    [
      "but not in any channel",
      "two-teams",
      ["--event", "Failed", "-n", "vision-a", "--annotation", "jobbell.dev/channel=#general"],
      ["Failed of example to vision"],
    ],
    [
      "what the job subscribes to",
      "two-teams",
      ["--event", "Created", "-n", "vision-a", "--annotation", "jobbell.dev/notify=Created,Failed"],
      ["Created of example to vision"],
    ],
    [
      "where that is allowed",
      "two-teams",
      ["--event", "Created", "-n", "speech-a", "--annotation", "jobbell.dev/notify=Created"],
      ["Created of example to nobody"],
    ],
    [
      "experiments fail all day",
      "two-teams",
      ["--event", "Failed", "-n", "speech-a", "--name", "exp-12"],
      ["Failed of exp-12 to nobody"],
    ],
    [
      "somebody hears of the rest",
      "two-teams",
      ["--event", "Failed", "-n", "billing"],
      ["Failed of example to platform"],
    ],
    [
      "what must not fail pages",
      "on-call",
      ["--event", "Failed", "-n", "nightly", "--label", "tier=prod"],
      ["Failed of example to ledger, pager, chat"],
    ],
    [
      "what ends it goes there too",
      "on-call",
      ["--event", "Recovered", "-n", "nightly", "--label", "tier=prod"],
      ["Recovered of example to ledger, pager, chat"],
    ],
    [
      "the rest waits until the morning",
      "on-call",
      ["--event", "Failed", "-n", "nightly"],
      ["Failed of example to ledger, chat"],
    ],
    ["a program hears all of it", "on-call", ["--event", "Created", "-n", "reports"], ["Created of example to ledger"]],
  ])("%s", async (_, example, args, expected) => {
    expect(await heard(example, ...args)).toEqual(expected);
  });

  it("on-call: of a list that kubectl wrote", async () => {
    const told = await heard("on-call", "--from", "examples/on-call/jobs.json");
    expect(told.filter((line) => !/^(Stalled|Overdue|Flapping)/.test(line))).toEqual([
      "Failed of billing to ledger, pager, chat",
      "Running of export to ledger, pager, chat",
      "Failed of thumbnails to ledger, chat",
      "Succeeded of monthly to ledger",
    ]);
  });
});
