import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import type { Config } from "#config/config";
import type { EventType } from "#jobs/event";
import { matches } from "#jobs/namespaces";
import { minuteOf } from "#routing/reason";
import type { Silence } from "#routing/silence";
import type { Millis } from "#store/store";
import { clean, oneLine } from "#text/clean";
import { EXIT, UsageError } from "../failure.ts";
import { kindOf } from "../job/kind.ts";
import { noSuch } from "../no-such.ts";
import { type PlaceOptions, withStore } from "../operate/place.ts";
import { pairsOf } from "../pairs.ts";
import { print } from "../print.ts";
import { silencedInWords } from "./words.ts";

/** What `jobbell silence add` was given, as commander parsed it. Times in milliseconds. */
export interface AddOptions extends PlaceOptions {
  readonly event?: readonly EventType[];
  readonly cluster?: readonly string[];
  readonly namespace?: readonly string[];
  readonly kind?: readonly string[];
  readonly name?: readonly string[];
  readonly label?: readonly string[];
  readonly receiver?: readonly string[];
  readonly all?: true;
  readonly for?: Millis;
  readonly until?: Millis;
  readonly from?: Millis;
  readonly comment: string;
  readonly author?: string;
}

/** `jobbell silence add`. Returns the exit code. */
export async function add(options: AddOptions): Promise<number> {
  const silence = silenceOf(options, Date.now());
  await withStore(options, async (store, config) => {
    if (config !== undefined) checkNames(options, config);
    await store.putSilence(silence);
  });
  print(`${silence.id}: ${silencedInWords(silence)}, until ${minuteOf(silence.endsAt)}`);
  return EXIT.ok;
}

/** A name that the configuration does not have would silence nobody. Where none is at hand, names are taken at their word. */
function checkNames({ receiver = [], cluster = [] }: AddOptions, { receivers, clusters }: Config): void {
  checkKnown("receiver", receiver, receivers);
  checkKnown("cluster", cluster, clusters);
}

function checkKnown(noun: string, given: readonly string[], entries: readonly { readonly name: string }[]): void {
  const names = entries.map(({ name }) => name);
  const unknown = given.find((pattern) => !names.some((name) => matches(pattern, name)));
  if (unknown !== undefined) throw noSuch(noun, unknown, names);
}

function silenceOf(options: AddOptions, now: Millis): Silence {
  const { event, receiver } = options;
  const what = {
    ...(event !== undefined && { on: event }),
    match: matchOf(options),
    ...(receiver !== undefined && { receivers: receiver }),
  };
  checkExtent(what, options.all === true);
  const id = `sil_${randomBytes(8).toString("hex")}`;
  return {
    id,
    ...what,
    author: authorOf(options),
    comment: worded("--comment", options.comment),
    ...spanOf(options, now),
  };
}

/** Everything is silenced only by whoever says so. */
function checkExtent({ match, ...others }: Pick<Silence, "on" | "match" | "receivers">, all: boolean): void {
  const isSome = Object.keys(match).length > 0 || Object.keys(others).length > 0;
  if (all && isSome) throw new UsageError("--all is everything: leave out what narrows it, or --all");
  if (!all && !isSome)
    throw new UsageError("say what to silence, such as -n NAMESPACE, --name PATTERN or --event Failed; or --all");
}

function matchOf({ cluster, namespace, kind, name, label }: AddOptions): Silence["match"] {
  return {
    ...(cluster !== undefined && { clusters: cluster }),
    ...(namespace !== undefined && { namespaces: namespace }),
    ...(kind !== undefined && { kinds: kind.map((each) => kindOf(each).resource.kind) }),
    ...(name !== undefined && { names: name }),
    ...(label !== undefined && { labels: labelsOf(label) }),
  };
}

/** A key that is given several times may have any of the values. */
function labelsOf(given: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const byKey = Map.groupBy(pairsOf("--label", given), ([key]) => key);
  return Object.fromEntries([...byKey].map(([key, values]) => [key, values.map(([, value]) => value)]));
}

const LONGEST_MS = 366 * 86_400_000;

function spanOf({ for: length, until, from }: AddOptions, now: Millis): Pick<Silence, "startsAt" | "endsAt"> {
  if (length === undefined && until === undefined)
    throw new UsageError("say when it ends: --for DURATION or --until TIME");
  if (length !== undefined && until !== undefined) throw new UsageError("--for and --until exclude each other");
  const startsAt = from ?? now;
  const endsAt = until ?? startsAt + (length ?? 0);
  if (endsAt <= now || endsAt <= startsAt)
    throw new UsageError(`it would be over at once: it ends ${minuteOf(endsAt)}`);
  if (endsAt - now > LONGEST_MS) throw new UsageError("it may last 366 days at most");
  return { startsAt, endsAt };
}

const LONGEST_TEXT = 500;

function worded(option: string, text: string): string {
  const words = oneLine(clean(text));
  if (words === "") throw new UsageError(`${option}: must not be empty`);
  if (words.length > LONGEST_TEXT) throw new UsageError(`${option}: must have at most ${LONGEST_TEXT} characters`);
  return words;
}

function authorOf({ author }: AddOptions): string {
  if (author !== undefined) return worded("--author", author);
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    throw new UsageError("say who you are: --author NAME");
  }
}
