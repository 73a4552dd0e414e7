/** One field that a patch speaks of, before and after; `""` where it is not there. */
export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** The fields of a merge patch that came out another way than they were. */
export function differences(before: unknown, after: unknown, merge: unknown): readonly Difference[] {
  const all = leavesOf(merge).map(({ path }) => ({
    field: path.join("."),
    before: inWords(at(before, path)),
    after: inWords(at(after, path)),
  }));
  return all.filter((each) => each.before !== each.after);
}

/** The fields of a merge patch that are not as it would have them. */
export function lost(after: unknown, merge: unknown): readonly string[] {
  const leaves = leavesOf(merge).filter(({ path, value }) => inWords(at(after, path)) !== inWords(value ?? undefined));
  return leaves.map(({ path }) => path.join("."));
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

function leavesOf(merge: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof merge !== "object" || merge === null) return [{ path, value: merge }];
  return Object.entries(merge).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

function at(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
    object,
  );
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value || '""' : JSON.stringify(value);
}
