import type { DatabaseSync } from "node:sqlite";

/** Loads `node:sqlite` when it is first needed, without a word. */
export function loadSqlite(): { readonly DatabaseSync: typeof DatabaseSync } {
  return withoutSqliteNotice(() => process.getBuiltinModule("node:sqlite"));
}

/**
 * Node 22 says that SQLite is experimental when the module is loaded, once a process: a line that is of no use to who
 * runs Jobbell. Only that line is kept back, and only while `load` runs, which is one synchronous step.
 */
export function withoutSqliteNotice<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = (...warning: unknown[]) => {
    if (!isSqliteNotice(warning)) Reflect.apply(emitWarning, process, warning);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isSqliteNotice([message, type]: readonly unknown[]): boolean {
  return type === "ExperimentalWarning" && String(message).startsWith("SQLite is an experimental feature");
}
