import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { drain, event, ids, queue } from "../support/store-steps.ts";

const SCRIPT = fileURLToPath(new URL("../support/store-process.ts", import.meta.url));

function statePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "state.db");
}

function start(...options: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=jobbell-source", SCRIPT, ...options]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Reads what a process says to its end, and calls `each` with the number of every line. */
async function lines(child: ChildProcess, each: (count: number) => void = () => {}): Promise<string[]> {
  const read: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) each(read.push(line));
  return read;
}

function said(read: readonly string[], what: "queued" | "delivered"): string[] {
  return read.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
}

/** Numbers of the events of one job, as one process delivered them. */
function numbers(delivered: readonly string[], uid: string): number[] {
  return delivered.filter((id) => id.startsWith(`evt_${uid}_`)).map((id) => Number(id.split("_")[2]));
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}

test("a process that only opens a state file says nothing on the terminal", async () => {
  const child = start(statePath(), "one", "open");
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
});

test("two processes on one new file lose nothing, say nothing twice and keep every order", async () => {
  const path = statePath();
  const children = ["one", "two"].map((name) => start(path, name, "hammer", "80"));
  const errors = children.map((child) => text(child.stderr!));
  const read = await Promise.all(children.map((child) => lines(child)));
  expect(await Promise.all(errors)).toEqual(["", ""]);
  const store = sqliteStore(path);
  const workers = [...read.map((each) => said(each, "delivered")), ids(await drain(store, Date.now()))];
  await store.close();
  expect(workers.flat()).toHaveLength(160);
  expect(new Set(workers.flat())).toEqual(new Set(read.flatMap((each) => said(each, "queued"))));
  const orders = workers.flatMap((delivered) => ["one", "two"].map((uid) => numbers(delivered, uid)));
  expect(orders.filter((order) => !isAscending(order))).toEqual([]);
});

test("a process that is killed in the middle of its work loses nothing that the store had confirmed", async () => {
  const path = statePath();
  const killed = start(path, "killed", "hammer", "100000");
  const other = start(path, "other", "hammer", "100");
  const [ofKilled, ofOther] = await Promise.all([
    lines(killed, (count) => count > 150 && killed.kill("SIGKILL")),
    lines(other),
  ]);
  const store = sqliteStore(path);
  const rest = ids(await drain(store, Date.now()));
  const delivered = [...said(ofKilled, "delivered"), ...said(ofOther, "delivered"), ...rest];
  expect(new Set(delivered).size).toBe(delivered.length);
  // Noticed again, nothing that was queued is news.
  const queued = [...said(ofKilled, "queued"), ...said(ofOther, "queued")];
  for (const uid of ["killed", "other"]) {
    await queue(
      store,
      "chat",
      numbers(queued, uid).map((number) => event(uid, number)),
      Date.now(),
    );
  }
  expect(queued.length).toBeGreaterThan(100);
  expect(await store.counts()).toEqual({ pending: 0, held: 0, dead: 0, oldestPendingAt: undefined });
  await store.close();
});

test("the leases of a killed process are free at once for the next, those of a living one are not", async () => {
  const path = statePath();
  const before = sqliteStore(path);
  const now = Date.now();
  await queue(before, "chat", [event("u1", 1)], now);
  await before.close();
  const killed = start(path, "scope-of-killed", "hold");
  await lines(killed, (count) => count === 2 && killed.kill("SIGKILL"));
  const living = start(path, "scope-of-living", "hold");
  const store = await new Promise<ReturnType<typeof sqliteStore>>((resolve) => {
    void lines(living, (count) => count === 2 && resolve(sqliteStore(path)));
  });
  const lease = { until: now + 1 };
  expect(await store.claimScope("scope-of-killed", lease, now)).toMatchObject({ interrupted: true });
  expect(await store.claimScope("scope-of-living", lease, now)).toBe("busy");
  // The living one took the delivery over from the killed one: its second attempt.
  expect(await store.head({ uid: "u1", receiver: "chat" })).toMatchObject({ attempts: 2 });
  expect(await store.due(now + 1, 10)).toEqual([]);
  await store.close();
});
