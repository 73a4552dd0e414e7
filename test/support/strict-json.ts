/** Parses JSON as strict services do; `undefined` for what is none. */
export function parseStrictly(body: string): unknown {
  try {
    return JSON.parse(body, (_, value) => {
      // It has no UTF-8 form, and no place in a database.
      if (typeof value === "string" && /\p{Surrogate}/u.test(value)) throw new Error("half a surrogate pair");
      return value;
    });
  } catch {
    return undefined;
  }
}
