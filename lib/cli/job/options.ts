import { InvalidArgumentError } from "commander";
import { parseDuration } from "#config/duration";

// Seconds are 32 bits wide in the API.
const MAX_SECONDS = 2_147_483_647;

/** `2h`, `1d`, `1d12h` -> seconds; `none` -> `null`, which takes the field away. */
export function secondsOption(least: number): (text: string) => number | null {
  return (text) => {
    if (text === "none") return null;
    const seconds = (parseDuration(text) ?? Number.NaN) / 1000;
    if (seconds >= least && seconds <= MAX_SECONDS) return seconds;
    throw new InvalidArgumentError(`Write a duration of at least ${least}s, such as 90s, 2h or 1d, or none.`);
  };
}

/** A whole number of at least 0. */
export function podsOption(text: string): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MAX_SECONDS) return count;
  throw new InvalidArgumentError("Write a whole number of at least 0.");
}

/** `key=value` sets, `key-` takes away; several options add up. */
export function keyOption(
  text: string,
  before: Readonly<Record<string, string | null>> = {},
): Readonly<Record<string, string | null>> {
  const { key, value } = /^(?<key>[^=]+?)(?:=(?<value>.*)|-)$/s.exec(text)?.groups ?? {};
  if (key === undefined) throw new InvalidArgumentError("Write key=value to set it, key- to take it away.");
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`"${key}" is given twice.`);
  return Object.fromEntries([...Object.entries(before), [key, value ?? null]]);
}
