/** Text from outside as JSON, or `undefined` where it is none: the schema that reads it then says so. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of a JSON object, or of an array by their numbers; `undefined` for anything else. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = jsonOf(text);
  return typeof value === "object" && value !== null ? { ...value } : undefined;
}
