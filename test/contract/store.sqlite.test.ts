import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { storeContract } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "jobbell-"));
afterAll(() => rmSync(folder, { recursive: true }));

storeContract(
  "SQLite in memory",
  async () => {
    const store = sqliteStore(":memory:");
    return async () => store;
  },
  { runs: 100, severalOwners: false },
);

let files = 0;
storeContract(
  "SQLite file",
  async () => {
    files += 1;
    const path = join(folder, `state-${files}.db`);
    return async () => sqliteStore(path);
  },
  { runs: 60, severalOwners: true },
);
