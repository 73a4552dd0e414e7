import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { pausedContract } from "./polling-paused.ts";

pausedContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return () => sqliteStore(join(folder, "state.db"));
});
