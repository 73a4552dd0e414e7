import { didYouMean } from "#config/suggest";
import { oneLine } from "#text/clean";
import { UsageError } from "./failure.ts";

/** A name that the configuration does not have, as an error that says which ones it has. */
export function noSuch(noun: string, given: string, names: readonly string[]): UsageError {
  const hint = didYouMean(given, names) || `, there are: ${names.join(", ")}`;
  return new UsageError(`there is no ${noun} "${oneLine(given)}"${hint}`);
}
