/** What the schema cannot say of a value, but the rules have seen to. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a configuration was built that was not checked");
  return value;
}
