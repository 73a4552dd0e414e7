import { statSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { StoreError } from "../store-error.ts";

/** Runs `work`; whatever SQLite or a row's schema throws there becomes a {@link StoreError} about the file. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(path, error);
  }
}

function explain(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const [code, advice] = error instanceof z.ZodError ? unreadable(error) : reason(path, error);
  return new StoreError(code, `The state file ${path} ${advice}.`, { cause: error });
}

type Reason = readonly [StoreError["code"], string];

function unreadable(error: z.ZodError): Reason {
  const field = error.issues[0]?.path.join(".") ?? "";
  return [
    "damaged",
    `holds a row whose ${field || "content"} cannot be read: restore the file or start with a new one`,
  ];
}

// https://sqlite.org/rescode.html: the low byte of an extended code is the primary one.
function reason(path: string, error: unknown): Reason {
  switch (primaryCode(error)) {
    case 3: // PERM
    case 8: // READONLY
      return ["no-permission", "cannot be written: give this user the right to write the file and its folder"];
    case 5: // BUSY
    case 6: // LOCKED
      return ["locked", "is kept locked by another process: stop that process or choose another file"];
    case 11: // CORRUPT
      return ["damaged", "is damaged: restore it or start with a new one"];
    case 13: // FULL
      return ["disk-full", "cannot grow: free some disk space"];
    case 14: // CANTOPEN
      return cannotOpen(path);
    case 26: // NOTADB
      return ["not-a-database", "is not a database: choose another file"];
    default:
      return otherReason(error);
  }
}

function otherReason(error: unknown): Reason {
  if (error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE") {
    return ["closed", "was closed already"];
  }
  return ["unavailable", `could not be used: ${firstLine(error)}`];
}

/** SQLite has one code for every reason for which a file does not open; the file system knows which it was. */
function cannotOpen(path: string): Reason {
  if (kindOf(path) === "folder") return ["not-a-file", "is a folder: name a file in it"];
  if (["nothing", "file"].includes(kindOf(dirname(path)))) return ["no-folder", "has no folder: create it first"];
  return ["no-permission", "cannot be opened: give this user the right to read and write the file and its folder"];
}

function kindOf(path: string): "folder" | "file" | "nothing" | "unknown" {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch (error) {
    return error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code))
      ? "nothing"
      : "unknown";
  }
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return undefined;
  return error.errcode & 0xff;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0] ?? "";
}
