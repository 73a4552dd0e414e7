/** A filter as event sources know it: of each field that it names, one of the values must be there. */
export function matcher(pattern: unknown): (value: unknown) => boolean {
  if (Array.isArray(pattern)) return (value) => pattern.some((each) => fits(each, value));
  const fields = Object.entries(pattern as object).map(([name, inner]) => [name, matcher(inner)] as const);
  return (value) => fields.every(([name, test]) => test((value as Record<string, unknown> | undefined)?.[name]));
}

function fits(pattern: unknown, value: unknown): boolean {
  if (typeof pattern !== "object") return pattern === value;
  const { prefix, ...others } = pattern as { readonly prefix?: string };
  if (prefix === undefined || Object.keys(others).length > 0) throw new Error("a rule of the filter is not known here");
  return typeof value === "string" && value.startsWith(prefix);
}
