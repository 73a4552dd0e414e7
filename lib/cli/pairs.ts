import { oneLine } from "#text/clean";
import { UsageError } from "./failure.ts";

/** `KEY=VALUE`, each as it was given to an option that may be repeated. Throws {@link UsageError}. */
export function pairsOf(option: string, given: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return given.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`${option}: write KEY=VALUE, not "${oneLine(text)}"`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}
