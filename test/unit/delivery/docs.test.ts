import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BACKOFF_MS, settle, THROTTLED_MS } from "#delivery/backoff";
import { outcomeOf } from "#receivers/outcome";
import type { PostFailure, PostResult } from "#receivers/post";
import type { Delivery } from "#store/store";
import { event, NOW } from "../../support/store-steps.ts";

const PAGE = readFileSync(new URL("../../../docs/delivery.md", import.meta.url), "utf8");

/** The cells of a table, by the first words of its head. */
function table(head: string): readonly (readonly string[])[] {
  const [, , ...lines] =
    PAGE.slice(PAGE.indexOf(`| ${head} |`))
      .split("\n\n")[0]
      ?.split("\n") ?? [];
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const RETRY_AFTER_S = 60;
const QUEUED: Delivery = {
  ...{ receiver: "hook", event: event("a", 0), order: 1, state: "pending", attempts: 1, failures: 0 },
  ...{ queuedAt: NOW, nextAttemptAt: NOW },
};

/** What becomes of the first attempt, in the words of the table. */
function inWords(result: PostResult): readonly string[] {
  const settlement = settle(QUEUED, outcomeOf(result, { now: NOW, secrets: [] }), NOW, 0.5);
  if (settlement.state !== "retry") return [settlement.state, "none", "no"];
  const wait = settlement.nextAttemptAt - NOW;
  return ["retry", String(wait), settlement.failed ? "yes" : "no"];
}

/** How long the words of the table are for a first failure: the wait in the backoff is shorter than the Retry-After here. */
function waitOf(words: string, retryAfter: string | undefined): string {
  const asked = retryAfter === undefined ? undefined : RETRY_AFTER_S * 1000;
  switch (words) {
    case "after the wait below, or `Retry-After` where that is longer":
      return String(asked ?? BACKOFF_MS[0]);
    case "after the wait below":
      return String(BACKOFF_MS[0]);
    case `after \`Retry-After\`; without it ${THROTTLED_MS / 1000} s`:
      return String(asked ?? THROTTLED_MS);
    case "after `Retry-After`":
      return String(asked);
    default:
      return words;
  }
}

function fits(answer: string, status: number, retryAfter: string | undefined): boolean {
  if (answer.startsWith("none")) return false;
  if (answer.includes("Retry-After") && retryAfter === undefined) return false;
  const codes = [...answer.matchAll(/`(\d+)`/g)].map(([, code]) => Number(code));
  const [low = 0, high = low] = codes;
  return answer.includes(" to ") ? status >= low && status <= high : codes.includes(status);
}

describe("docs/delivery.md", () => {
  const rows = table("answer");

  test.each([undefined, String(RETRY_AFTER_S)])("says what each status means, with Retry-After %s", (retryAfter) => {
    for (let status = 200; status < 600; status += 1) {
      const [answer, state, next = "", failure] = rows.find(([cell = ""]) => fits(cell, status, retryAfter)) ?? [];
      const expected = [state, waitOf(next, retryAfter), failure];
      expect(inWords({ type: "answer", status, retryAfter, body: "" }), `${status}: ${answer}`).toEqual(expected);
    }
  });

  const FAILURES: Readonly<Record<PostFailure, true>> = {
    ...{ timeout: true, refused: true, reset: true, unresolved: true, unreachable: true },
    ...{ tls: true, private: true, garbled: true, stopped: true },
  };
  test.each(Object.keys(FAILURES) as PostFailure[])("says what it means that there is no answer: %s", (failure) => {
    const [, state, next = "", counts] = rows.find(([cell = ""]) => cell.startsWith("none")) ?? [];
    expect(inWords({ type: "failure", failure })).toEqual([state, waitOf(next, undefined), counts]);
  });

  test.each([
    ["31 h 43 min", 0.5],
    ["25 h 22 min", 0],
    ["38 h 3 min", 1],
  ])("says that all waits together are %s where chance is %d", (words, chance) => {
    const outcome = { state: "retry", reason: "HTTP 500" } as const;
    const waits = BACKOFF_MS.map((_, failures) => {
      const settlement = settle({ ...QUEUED, failures }, outcome, NOW, chance);
      return settlement.state === "retry" ? settlement.nextAttemptAt - NOW : Number.NaN;
    });
    const minutes = Math.round(waits.reduce((sum, wait) => sum + wait, 0) / 60_000);
    expect(`${Math.floor(minutes / 60)} h ${minutes % 60} min`).toBe(words);
    expect(PAGE).toContain(words);
  });

  test("has the pace of each receiver", () => {
    const documented = table("receiver").flatMap(([names = "", , gap]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, gap]),
    );
    const folders = globSync("lib/receivers/*/").map((path) => path.split("/").at(-1) || path.split("/").at(-2) || "");
    expect(documented.sort()).toEqual(folders.map((name) => [name, gapOf(name)]).sort());
  });
});

/** What the sources of a receiver set for the pause between two posts. */
function gapOf(name: string): string {
  const sources = globSync(`lib/receivers/${name}/*.ts`).map((path) => readFileSync(path, "utf8"));
  const gaps = sources.flatMap((source) => [...source.matchAll(/MIN_GAP_MS = ([\d_]+)/g)].map(([, ms = ""]) => ms));
  const [ms] = new Set(gaps.map((each) => Number(each.replaceAll("_", ""))));
  return ms === undefined ? "none" : `${ms / 1000} s`;
}
