import type { Path } from "../document.ts";
import type { Finding } from "./outline.ts";

/** Something that may be said once, and where it is said. */
export interface Said {
  readonly path: Path;
  /** Equal for equal things; empty for what is not counted. */
  readonly id: string;
  readonly message: string;
}

/** A finding for each thing that was said before. */
export function repeats(said: readonly Said[]): readonly Finding[] {
  const firsts = new Map<string, Path>();
  return said.flatMap(({ path, id, message }) => {
    const first = firsts.get(id);
    if (first !== undefined) return [{ path, message, first }];
    if (id !== "") firsts.set(id, path);
    return [];
  });
}
