/** Text from outside as JSON, or `undefined` where it is none: the schema that reads it then says so. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
