/** One namespace of a cluster by its name, or all that a pattern matches: `*` in it stands for any characters, or none. */
export interface Namespaces {
  readonly namespace: string;
  /** Names and patterns of those that are left out. */
  readonly exclude?: readonly string[];
}

/** Whether it stands for all the namespaces that it matches: no name has a `*`. */
export function isPattern(text: string): boolean {
  return text.includes("*");
}

/** Whether a namespace is one of them. */
export function includes({ namespace, exclude = [] }: Namespaces, name: string): boolean {
  return matches(namespace, name) && !exclude.some((pattern) => matches(pattern, name));
}

/** Whether a name, or each name that another pattern matches, is matched. Not by a RegExp: many `*` make one slow. */
export function matches(pattern: string, name: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return name === start;
  if (!name.startsWith(start) || !name.endsWith(end)) return false;
  const last = name.length - end.length;
  const after = parts.reduce((from, part) => placeAfter(name, part, from), start.length);
  return after <= last;
}

/** Where the first occurrence from there ends: the earliest leaves most to what follows. */
function placeAfter(name: string, part: string, from: number): number {
  const at = name.indexOf(part, from);
  return at === -1 || from > name.length ? Number.POSITIVE_INFINITY : at + part.length;
}
