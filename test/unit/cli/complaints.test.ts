import { expect, test } from "vitest";
import { adviseOnce, complainOnChange } from "#cli/complaints";
import type { TickResult } from "#polling/tick";
import { WATCH } from "../polling/scene.ts";

const NAME = "TFJobs of ml on prod";
const BROKEN = "ml/mnist: status.conditions: expected array";
const LEFT_OUT = `warning: ${NAME}: left out ${BROKEN}`;
const WELL = `${NAME}: all is well again`;

function read(more: Partial<Extract<TickResult, { state: "read" }>> = {}): TickResult {
  return { state: "read", lastTickAt: 1, objects: 0, events: 0, unreadable: [], first: false, ...more };
}

const failed: TickResult = { state: "failed", code: "unreachable", message: "cluster prod is away", lastTickAt: 1 };

/** What is said of the results, one after the other. */
function said(...results: readonly TickResult[]): readonly (readonly string[])[] {
  let lines: string[] = [];
  const complain = complainOnChange((line) => lines.push(line));
  return results.map((result) => {
    lines = [];
    complain(WATCH, result);
    return lines;
  });
}

test("what is wrong with an object is said once, and stands until all objects were looked at again", () => {
  const broken = read({ unreadable: [BROKEN] });
  expect(said(broken, read({ partial: true }), broken, read())).toEqual([[LEFT_OUT], [], [], [WELL]]);
});

test("what is wrong with another object is said beside it", () => {
  const other = "ml/other: it has no name";
  const later = read({ unreadable: [other], partial: true });
  expect(said(read({ unreadable: [BROKEN] }), later, later)).toEqual([
    [LEFT_OUT],
    [`warning: ${NAME}: left out ${other}`],
    [],
  ]);
});

test("a failure is over with the next look, and an object is not well because of it", () => {
  expect(said(failed, failed, read({ partial: true }))).toEqual([[`error: ${NAME}: cluster prod is away`], [], [WELL]]);
  expect(said(read({ unreadable: [BROKEN] }), failed, read({ partial: true })).at(-1)).toEqual([]);
});

test("a server that refuses to tell changes is told of once, with the rule that is missing", () => {
  const [first, ...later] = said(read({ refused: true }), { state: "busy" }, read({ refused: true }), read());
  expect(first).toEqual([
    `warning: ${NAME}: the server refuses to tell changes, so each look reads the whole list: give the account's Role the verb "watch" on resource "tfjobs" of apiGroup "kubeflow.org", or say watch: false`,
  ]);
  expect(later).toEqual([[], [], [WELL]]);
});

test("advice is given once of each watch", () => {
  const lines: string[] = [];
  const advise = adviseOnce((line) => lines.push(line));
  for (const advice of ["allow pods", "allow pods", "allow events"]) advise(WATCH, advice);
  advise({ ...WATCH, namespace: "research" }, "allow pods");
  expect(lines).toEqual([
    `warning: ${NAME}: allow pods`,
    `warning: ${NAME}: allow events`,
    "warning: TFJobs of research on prod: allow pods",
  ]);
});
