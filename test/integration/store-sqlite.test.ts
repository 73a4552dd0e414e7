import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { explained } from "#store/sqlite/explain";
import { withoutSqliteNotice } from "#store/sqlite/node-sqlite";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { StoreError } from "#store/store-error";
import {
  advance,
  claimed,
  claimedScope,
  DAY,
  event,
  ids,
  MINUTE,
  memory,
  NOW,
  queue,
  rowOf,
  SCOPE,
  settleHead,
  step,
  WATCH,
} from "../support/store-steps.ts";

const until = NOW + MINUTE;
const states = new Map([["jobs.batch", { cursor: { resourceVersion: "7", tickedAt: NOW }, failures: 0 }]]);
const stream = { uid: "u1", receiver: "chat" };
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "jobbell-"));
  path = join(folder, "state.db");
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });
});

/** What the first version made of a new file, as far as it is of interest here. */
const FIRST_SCHEMA = `
  CREATE TABLE session (owner TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL) STRICT;
  CREATE TABLE watch (watch TEXT PRIMARY KEY, resource_version TEXT, ticked_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0, error TEXT, owner TEXT, until INTEGER) STRICT;
  CREATE TABLE job (watch TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, memory TEXT NOT NULL,
    left_at INTEGER, PRIMARY KEY (watch, key)) STRICT, WITHOUT ROWID;
  INSERT INTO job VALUES ('prod/ml/jobs.batch', 'ml/mnist', 1, '${JSON.stringify(memory())}', NULL);
  CREATE TABLE delivery (event_id TEXT NOT NULL, receiver TEXT NOT NULL, uid TEXT NOT NULL, event TEXT NOT NULL,
    "order" INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL,
    settled_at INTEGER, error TEXT, owner TEXT, until INTEGER, PRIMARY KEY (event_id, receiver)) STRICT;
  PRAGMA application_id = ${0x4a42454c};
  PRAGMA user_version = 1;
`;

/** Another program at the same file. */
function withDatabase(work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  work(database);
  database.close();
}

function failure(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

/** Root may write everywhere: as root, the same is tried as nobody. */
function withoutRights<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

async function newFile(): Promise<void> {
  const store = sqliteStore(path);
  await store.advance(step({ deliveries: [{ receiver: "chat", event: event("u1", 1) }] }));
  await store.finishScope((await claimedScope(store, SCOPE)).claim, states);
  await store.close();
}

test("what is remembered outlives the process", async () => {
  await newFile();
  const store = sqliteStore(path);
  expect((await rowOf(store, WATCH, "ml/mnist"))?.memory).toEqual(memory());
  expect(ids(await store.due(NOW, 10))).toEqual(["evt_u1_1"]);
  expect(await claimedScope(store, SCOPE)).toMatchObject({ states, interrupted: false });
  await store.close();
});

test("a sweep drops delivered rows after 7 days, dead ones and jobs that left after 30", async () => {
  const store = sqliteStore(":memory:");
  const [first, second] = [event("u1", 1), event("u1", 2)];
  await queue(store, "chat", [first, second]);
  await store.settle(await claimed(store, await store.head(stream)), { state: "delivered", at: NOW });
  await store.settle(await claimed(store, await store.head(stream)), { state: "dead", at: NOW, error: "no" });
  await advance(store, { after: { memory: memory(), left: true } });
  const again = [first, second].map((each) => ({ receiver: "chat", event: each }));
  await store.sweep(NOW + 7 * DAY);
  await store.advance(step({ key: "ml/a", deliveries: again }));
  expect(await store.counts()).toMatchObject({ pending: 1, dead: 1 });
  await store.sweep(NOW + 30 * DAY);
  expect(await store.counts()).toMatchObject({ pending: 1, dead: 0 });
  expect([...(await store.jobs(WATCH)).keys()]).toEqual(["ml/a", "ml/u1"]);
});

test("a sweep drops memos after 60 days and lanes after one", async () => {
  const store = sqliteStore(":memory:");
  await queue(store, "chat", [event("u1", 1)]);
  await settleHead(store, stream, { state: "delivered", at: NOW }, "memo");
  await store.moveLane("lane", undefined, "a", NOW);
  const before = await store.lane("lane");
  await store.sweep(NOW + DAY);
  expect(await store.lane("lane")).toBeUndefined();
  expect(await store.moveLane("lane", undefined, "b", NOW + DAY)).toBe("moved");
  expect(await store.moveLane("lane", before, "c", NOW + DAY)).toBe("stale");
  expect(await store.memo(stream)).toBe("memo");
  await store.sweep(NOW + 60 * DAY);
  expect(await store.memo(stream)).toBeUndefined();
});

test("a path that SQLite would read as an address is a file of that name", async () => {
  const directory = process.cwd();
  process.chdir(folder);
  const store = sqliteStore("file:state?mode=memory");
  process.chdir(directory);
  await store.close();
  expect(readFileSync(join(folder, "file:state?mode=memory")).subarray(0, 13).toString()).toBe("SQLite format");
});

test("an empty file becomes a state file", async () => {
  writeFileSync(path, "");
  await newFile();
});

test.each<[string, StoreError["code"], string, () => void]>([
  ["a folder", "not-a-file", "name a file in it", () => mkdirSync(path)],
  [
    "a file of text",
    "not-a-database",
    "choose another file",
    () => writeFileSync(path, "watch: everything\n".repeat(99)),
  ],
  ["a file of three letters", "not-a-database", "choose another file", () => writeFileSync(path, "abc")],
  [
    "the database of another program",
    "not-a-database",
    "another program: choose another file",
    () => withDatabase((database) => database.exec("CREATE TABLE song (name TEXT)")),
  ],
  [
    "the marked database of another program",
    "not-a-database",
    "another program: choose another file",
    () => withDatabase((database) => database.exec("PRAGMA application_id = 7")),
  ],
])("%s is an error of code %s", (_, code, advice, make) => {
  make();
  const error = failure(() => sqliteStore(path));
  expect(error).toMatchObject({ name: "StoreError", code });
  expect(error.message).toContain(`The state file ${path} `);
  expect(error.message).toMatch(new RegExp(`^.*${advice}\\.$`));
});

test.each([
  ["a folder that does not exist", () => join(folder, "absent", "state.db")],
  ["a file", () => join(path, "state.db")],
])("a state file in %s is an error that names it", (_, where) => {
  writeFileSync(path, "");
  const error = failure(() => sqliteStore(where()));
  expect(error).toMatchObject({ code: "no-folder", message: expect.stringContaining(where()) });
});

test("a file of the first version keeps its cursors, so that no watch begins anew", async () => {
  withDatabase((database) => {
    database.exec(FIRST_SCHEMA);
    const watch = database.prepare(
      "INSERT INTO watch (watch, resource_version, ticked_at, failures, error, owner, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    watch.run("prod/ml/tfjobs.kubeflow.org", "7", NOW, 0, null, null, null);
    watch.run("prod/ml/jobs.batch", "8", NOW + 1, 3, "cluster prod: no", "gone", NOW + DAY);
    watch.run("prod/ml/mpijobs.kubeflow.org", null, null, 1, "cluster prod: not there", null, null);
    watch.run("a%2Fb/c%3Fd/jobs.batch?labelSelector=a%2Fb%3D%3F", "9", NOW, 0, null, null, null);
  });
  const store = sqliteStore(path);
  expect(await store.watches()).toEqual([
    { scope: "a%2Fb/c%3Fd?labelSelector=a%2Fb%3D%3F", kind: "jobs.batch", ...cursorOf("9", NOW), failures: 0 },
    { scope: "prod/ml", kind: "jobs.batch", ...cursorOf("8", NOW + 1), failures: 3, error: "cluster prod: no" },
    { scope: "prod/ml", kind: "mpijobs.kubeflow.org", failures: 1, error: "cluster prod: not there" },
    { scope: "prod/ml", kind: "tfjobs.kubeflow.org", ...cursorOf("7", NOW), failures: 0 },
  ]);
  const { states, interrupted } = await claimedScope(store, "prod/ml");
  expect({ kinds: states.size, interrupted }).toEqual({ kinds: 3, interrupted: false });
  expect((await rowOf(store, "prod/ml/jobs.batch", "ml/mnist"))?.memory).toEqual(memory());
  await store.close();
});

const UNDO_FOURTH = "DROP TABLE silence; DROP INDEX job_due; ALTER TABLE job DROP COLUMN due_at";

test("a file of the third version keeps its jobs, and takes silences and what is due", async () => {
  const store = sqliteStore(path);
  await queue(store, "chat", [event("u1", 1)]);
  await store.close();
  withDatabase((database) => database.exec(`${UNDO_FOURTH}; PRAGMA user_version = 3`));
  const again = sqliteStore(path);
  const before = (await again.jobs(WATCH)).get("ml/u1");
  expect(before).toBeDefined();
  expect(await again.jobsDue(WATCH, NOW, 10)).toEqual({ rows: [], next: undefined });
  await advance(again, { key: "ml/u1", after: { memory: memory(), dueAt: NOW } });
  expect((await again.jobsDue(WATCH, NOW, 10)).rows.map(({ key }) => key)).toEqual(["ml/u1"]);
  expect(await again.silences()).toEqual([]);
  const silence = { id: "sil_1", match: {}, author: "ada", comment: "c", startsAt: NOW, endsAt: NOW + 1 };
  await again.putSilence(silence);
  expect(await again.silences()).toEqual([silence]);
  await again.close();
});

test("a file of the second version keeps its deliveries, and takes memos and lanes", async () => {
  const store = sqliteStore(path);
  await queue(store, "chat", [event("u1", 1), event("u1", 2)]);
  await settleHead(store, stream, { state: "dead", at: NOW, error: "no" });
  await store.close();
  withDatabase((database) =>
    database.exec(
      `${UNDO_FOURTH}; DROP TABLE memo; DROP TABLE lane; ALTER TABLE delivery DROP COLUMN digest; PRAGMA user_version = 2`,
    ),
  );
  const again = sqliteStore(path);
  expect(ids(await again.deliveries({ state: "dead", limit: 10 }))).toEqual(["evt_u1_1"]);
  await settleHead(again, stream, { state: "delivered", at: NOW, digest: "dig_1" }, "memo");
  expect(ids(await again.deliveries({ digest: "dig_1", limit: 10 }))).toEqual(["evt_u1_2"]);
  expect(await again.memo(stream)).toBe("memo");
  expect(await again.moveLane("lane", undefined, "a", NOW)).toBe("moved");
  await again.close();
});

const cursorOf = (resourceVersion: string, tickedAt: number) => ({ cursor: { resourceVersion, tickedAt } });

test("a file that a newer Jobbell wrote is an error, and stays as it is", async () => {
  await newFile();
  withDatabase((database) => database.exec("PRAGMA user_version = 99"));
  const before = readFileSync(path);
  const error = failure(() => sqliteStore(path));
  expect(error).toMatchObject({ code: "newer-version", message: expect.stringContaining("upgrade or choose") });
  expect(readFileSync(path)).toEqual(before);
});

test.each<[string, () => void]>([
  ["a file that may be read only", () => chmodSync(path, 0o444)],
  ["a file that may not be read", () => chmodSync(path, 0o000)],
  ["a folder that may not be written", () => rmSync(path)],
])("%s is an error that asks for the right", async (_, change) => {
  await newFile();
  change();
  chmodSync(folder, 0o555);
  const error = failure(() => withoutRights(() => sqliteStore(path)));
  expect(error).toMatchObject({ code: "no-permission", message: expect.stringContaining("give this user the right") });
});

test("a damaged file is an error", async () => {
  await newFile();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x5a, 100));
  expect(failure(() => sqliteStore(path)).code).toBe("damaged");
});

test("a database that stays locked is an error, at the opening and later, and works again afterwards", async () => {
  await newFile();
  const store = sqliteStore(path, { lockTimeoutMs: 20 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  expect(failure(() => sqliteStore(path, { lockTimeoutMs: 20 }))).toMatchObject({
    code: "locked",
    message: expect.stringContaining("stop that process"),
  });
  await expect(store.advance(step())).rejects.toMatchObject({ code: "locked" });
  other.close();
  expect(await advance(store, {})).toBe("advanced");
  await store.close();
});

test("a new file that another program holds is an error", () => {
  const other = new DatabaseSync(path);
  other.exec("BEGIN EXCLUSIVE");
  expect(failure(() => sqliteStore(path, { lockTimeoutMs: 20 })).code).toBe("locked");
  other.close();
});

test("a file of before the write-ahead log that another program writes is an error", async () => {
  await newFile();
  const other = new DatabaseSync(path);
  other.exec("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE");
  expect(failure(() => sqliteStore(path, { lockTimeoutMs: 20 })).code).toBe("locked");
  other.close();
});

test("a full disk is an error that says so, and undoes the whole step", () => {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE t (a TEXT); PRAGMA max_page_count = 3");
  const fill = () => database.prepare("INSERT INTO t VALUES (?)").run("x".repeat(100_000));
  expect(failure(() => explained(path, fill))).toMatchObject({ code: "disk-full", cause: expect.any(Error) });
  database.close();
});

test("whatever else goes wrong is an error of one line", () => {
  const explain = (thrown: unknown) =>
    failure(() =>
      explained(path, () => {
        throw thrown;
      }),
    );
  expect(explain(new Error("first\nsecond")).message).toBe(`The state file ${path} could not be used: first.`);
  expect(explain("text")).toMatchObject({ code: "unavailable" });
});

test.each([
  ["'{'", "memory"],
  ["'{}'", "memory.uid"],
])("a row whose memory is %s is an error that says what cannot be read", async (value, field) => {
  await newFile();
  withDatabase((database) => database.exec(`UPDATE job SET memory = ${value}`));
  const store = sqliteStore(path);
  await expect(store.jobs(WATCH)).rejects.toMatchObject({ code: "damaged", message: expect.stringContaining(field) });
  await store.close();
});

test("a store that was closed says so, and may be closed again", async () => {
  const store = sqliteStore(":memory:");
  await store.close();
  await store.close();
  await expect(store.counts()).rejects.toMatchObject({ code: "closed" });
});

test("a file that is opened once more by the same process leaves everybody's leases as they are", async () => {
  const one = sqliteStore(path);
  await claimedScope(one, SCOPE);
  const other = sqliteStore(path);
  expect(await other.claimScope(SCOPE, { until }, NOW)).toBe("busy");
  await Promise.all([one.close(), other.close()]);
});

test("a store gives its leases back when it is closed", async () => {
  const [one, other] = [sqliteStore(path), sqliteStore(path)];
  await queue(one, "chat", [event("u1", 1)]);
  await claimed(one, await one.head(stream));
  await claimedScope(one, SCOPE);
  await one.close();
  expect(await claimedScope(other, SCOPE)).toMatchObject({ interrupted: true });
  expect(await other.due(NOW, 10)).toMatchObject([{ attempts: 1 }]);
  await other.close();
});

test.each([
  ["free", "this process's number", hostname(), () => process.pid, "7"],
  ["free", "a number that nobody has", hostname(), () => 2 ** 22 + 1, ""],
  ["free", "a number that another process has by now", hostname(), () => process.ppid, "7"],
  ["busy", "a number of another machine", "elsewhere", () => 2 ** 22 + 1, "7"],
])("a scope is %s after an earlier process with %s held it", async (expected, _, host, pid, started) => {
  const gone = sqliteStore(path);
  await claimedScope(gone, SCOPE);
  withDatabase((database) => {
    database.prepare("UPDATE session SET owner = 'gone', host = ?, pid = ?, started = ?").run(host, pid(), started);
    database.exec("UPDATE scope SET owner = 'gone'");
  });
  const next = sqliteStore(path);
  const claim = await next.claimScope(SCOPE, { until }, NOW);
  expect(claim === "busy" ? "busy" : "free").toBe(expected);
  await Promise.all([gone.close(), next.close()]);
});

test("only the notice that SQLite is experimental is kept back", () => {
  const { emitWarning } = process;
  onTestFinished(() => {
    process.emitWarning = emitWarning;
  });
  const heard: unknown[] = [];
  const listen = (...warning: unknown[]) => void heard.push(warning);
  process.emitWarning = listen;
  const loaded = withoutSqliteNotice(() => {
    process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
    process.emitWarning("another feature is experimental", "ExperimentalWarning");
    process.emitWarning("SQLite is an experimental feature", "Warning");
    return "loaded";
  });
  expect(loaded).toBe("loaded");
  expect(process.emitWarning).toBe(listen);
  expect(heard).toEqual([
    ["another feature is experimental", "ExperimentalWarning"],
    ["SQLite is an experimental feature", "Warning"],
  ]);
});
