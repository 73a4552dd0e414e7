import type { Source } from "../references.ts";

/** `${env:NAME}`. A variable that is set to nothing counts as missing: a secret is never empty. */
export function environmentSource(env: Readonly<Record<string, string | undefined>>): Source {
  return async (name) => {
    const value = env[name];
    if (value === undefined) return { complaint: "this environment variable is not set" };
    return value === "" ? { complaint: "this environment variable is empty" } : { value };
  };
}
