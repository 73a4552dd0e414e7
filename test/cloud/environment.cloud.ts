import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folder } from "../support/command.ts";
import { openFunction } from "./function.ts";
import type { Lambda } from "./lambda.ts";
import { until } from "./until.ts";

/** Functions that misbehave as ours should not. */
const MISBEHAVING = `
let calls = 0;
export async function handler(event, context) {
  calls += 1;
  console.log(JSON.stringify({ calls, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 }));
  if (event.do === "hang") await new Promise(() => setInterval(() => {}, 1000));
  if (event.do === "throw") throw new TypeError("as it was told");
  if (event.do === "exit") process.exit(1);
  return { calls };
}
`;

const SETTINGS = { resource: "Misbehaving", handler: "index.handler", role: "", memory: 128, variables: {} };

describe("the stage on which the functions play", () => {
  let home: ReturnType<typeof folder>;
  let lambda: Lambda;

  function install(code: string): void {
    writeFileSync(`${home.path}/index.mjs`, code);
    lambda = openFunction({ ...SETTINGS, timeoutMs: 1_000 }, home.path, "http://127.0.0.1:1");
  }

  beforeEach(() => {
    home = folder();
  });
  afterEach(async () => {
    await lambda[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  it("keeps a process from one invocation to the next, and what it writes", async () => {
    install(MISBEHAVING);
    expect(await lambda.invoke({})).toEqual({ state: "returned", value: { calls: 1 } });
    expect(await lambda.invoke({})).toEqual({ state: "returned", value: { calls: 2 } });
    await until(() => lambda.lines.length === 2, "both lines came");
    // Lambda puts the time and the id of the invocation before what is logged.
    expect(lambda.lines.map((line) => JSON.parse(line.split("\t").at(-1) ?? ""))).toEqual([
      { calls: 1, name: "Misbehaving", left: true },
      { calls: 2, name: "Misbehaving", left: true },
    ]);
    expect(lambda.starts).toBe(1);
  });

  it("starts a second process for an invocation that comes while the first is at work", async () => {
    install(MISBEHAVING);
    const outcomes = await Promise.all([lambda.invoke({}), lambda.invoke({})]);
    expect(outcomes).toEqual(Array(2).fill({ state: "returned", value: { calls: 1 } }));
    expect(lambda.starts).toBe(2);
  });

  it("says what a function threw, and keeps its process", async () => {
    install(MISBEHAVING);
    expect(await lambda.invoke({ do: "throw" })).toEqual({
      state: "failed",
      type: "TypeError",
      message: "as it was told",
    });
    expect(await lambda.invoke({})).toEqual({ state: "returned", value: { calls: 2 } });
  });

  it.each([
    ["takes longer than it may", "hang", "timeout"],
    ["ends by itself", "exit", "killed"],
  ])("starts anew after a process that %s", async (_, what, why) => {
    install(MISBEHAVING);
    expect(await lambda.invoke({ do: what })).toEqual({ state: "died", why });
    expect(await lambda.invoke({})).toEqual({ state: "returned", value: { calls: 1 } });
    expect(lambda.starts).toBe(2);
  });

  it("says that a function cannot be loaded", async () => {
    install("throw new Error('not at home');");
    expect(await lambda.invoke({})).toEqual({ state: "failed", type: "Error", message: "not at home" });
  });
});
