import { describe, expect, test } from "vitest";
import { bearer, cached } from "#cluster/auth/cached";
import { ClusterError } from "#cluster/cluster";
import { failure, SIGNAL } from "../open.ts";

/** Credentials that count how often they are made; each holds for ten minutes. */
function counting(make: (nth: number, signal: AbortSignal) => Promise<void> = async () => {}) {
  const state = { made: 0, now: 0 };
  const credentials = cached(
    () => state.now,
    async (signal) => {
      state.made += 1;
      const token = `t${state.made}`;
      await make(state.made, signal);
      return bearer(token, state.now + 600_000);
    },
  );
  return { state, credentials };
}

const tokenOf = async (credentials: ReturnType<typeof cached>, signal = SIGNAL) =>
  (await credentials.current(signal)).headers.authorization;

describe("what takes time to make", () => {
  test("is made once for all who ask at the same time, and kept until a minute before its end", async () => {
    const { state, credentials } = counting();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => tokenOf(credentials)));
    expect([...new Set(tokens)]).toEqual(["Bearer t1"]);
    state.now = 539_999;
    expect(await tokenOf(credentials)).toBe("Bearer t1");
    state.now = 540_000;
    expect(await tokenOf(credentials)).toBe("Bearer t2");
  });

  test("is made anew once, however many requests were refused with it", async () => {
    const { state, credentials } = counting();
    const refused = await Promise.all(Array.from({ length: 10 }, () => credentials.current(SIGNAL)));
    for (const proof of refused.slice(0, 5)) expect(credentials.renew(proof)).toBe(true);
    expect(await tokenOf(credentials)).toBe("Bearer t2");
    // These answers came late: their token is gone already, and the new one stays.
    for (const proof of refused.slice(5)) expect(credentials.renew(proof)).toBe(true);
    expect(await tokenOf(credentials)).toBe("Bearer t2");
    expect(state.made).toBe(2);
  });

  test("is tried again by who still waits when the one for whom it was made has left", async () => {
    const leave = new AbortController();
    const { state, credentials } = counting((nth, signal) =>
      nth > 1
        ? Promise.resolve()
        : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const first = credentials.current(leave.signal);
    const second = tokenOf(credentials);
    leave.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(await second).toBe("Bearer t2");
    expect(state.made).toBe(2);
  });

  test("is not kept when it fails, and fails for all who asked", async () => {
    const { credentials } = counting(async (nth) => {
      if (nth === 1) throw new ClusterError("credentials", "prod", "not now");
    });
    const failures = await Promise.all([1, 2, 3].map(() => failure(credentials.current(SIGNAL))));
    expect(failures.map(({ message }) => message)).toEqual(["not now", "not now", "not now"]);
    expect(await tokenOf(credentials)).toBe("Bearer t2");
  });

  test("fails with what nobody foresaw, and is not tried on and on", async () => {
    const { state, credentials } = counting(async () => {
      throw new TypeError("unforeseen");
    });
    await expect(Promise.all([tokenOf(credentials), tokenOf(credentials)])).rejects.toThrow("unforeseen");
    expect(state.made).toBe(1);
  });
});
