import { describe, expect, test } from "vitest";
import { together } from "#store/sqlite/together";

describe("what is asked for side by side", () => {
  test("is done in one go, and each gets its own answer", async () => {
    const goes: (readonly number[])[] = [];
    const { ask } = together((items: readonly number[]) => {
      goes.push(items);
      return items.map((item) => item * 2);
    });
    expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6]);
    expect(await ask(4)).toBe(8);
    expect(goes).toEqual([[1, 2, 3], [4]]);
  });

  test("is done one by one where it cannot be done together: what cannot be done fails alone", async () => {
    const { ask } = together((items: readonly string[]) => {
      if (items.includes("bad")) throw new Error("no");
      return items.map((item) => `${item} done`);
    });
    const answers = await Promise.allSettled(["a", "bad", "b"].map(ask));
    expect(answers).toEqual([
      { status: "fulfilled", value: "a done" },
      { status: "rejected", reason: new Error("no") },
      { status: "fulfilled", value: "b done" },
    ]);
  });

  test("is done at once where somebody says so, and not again", async () => {
    let goes = 0;
    const { ask, flush } = together((items: readonly number[]) => {
      goes += 1;
      return items;
    });
    const asked = ask(1);
    flush();
    flush();
    expect(goes).toBe(1);
    expect(await asked).toBe(1);
  });
});
