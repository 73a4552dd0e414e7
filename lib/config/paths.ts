import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** An absolute path: `~/` is the home directory, anything else that is relative starts from `directory`. */
export function absolutePath(directory: string, path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(directory, path);
}
