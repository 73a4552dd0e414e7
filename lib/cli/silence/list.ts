import { minuteOf } from "#routing/reason";
import type { Silence } from "#routing/silence";
import type { Millis } from "#store/store";
import { EXIT } from "../failure.ts";
import { timeOf } from "../operate/delivery-rows.ts";
import { type PlaceOptions, withStore } from "../operate/place.ts";
import { complain, print } from "../print.ts";
import { jsonOf } from "../printable.ts";
import { table } from "../table.ts";
import { silencedInWords } from "./words.ts";

/** What `jobbell silence list` was given, as commander parsed it. */
export interface ListOptions extends PlaceOptions {
  readonly all?: true;
  readonly output?: "json";
}

/** `jobbell silence list`. Returns the exit code. */
export async function list(options: ListOptions): Promise<number> {
  const now = Date.now();
  const known = await withStore(options, (store) => store.silences());
  const shown = options.all ? known : known.filter(({ endsAt }) => endsAt > now);
  if (options.output === "json") print(jsonOf(shown.map((silence) => recordOf(silence, now))));
  else if (shown.length === 0) complain("there are no silences");
  else
    table(
      ["ID", "STATE", "FROM", "UNTIL", "WHAT", "AUTHOR", "COMMENT"],
      shown.map((each) => rowOf(each, now)),
    ).forEach(print);
  return EXIT.ok;
}

function rowOf(silence: Silence, now: Millis): readonly string[] {
  const { id, startsAt, endsAt, author, comment } = silence;
  return [id, stateOf(silence, now), minuteOf(startsAt), minuteOf(endsAt), silencedInWords(silence), author, comment];
}

function recordOf(silence: Silence, now: Millis): object {
  return {
    ...silence,
    state: stateOf(silence, now),
    startsAt: timeOf(silence.startsAt),
    endsAt: timeOf(silence.endsAt),
  };
}

function stateOf({ startsAt, endsAt }: Silence, now: Millis): "holds" | "to come" | "over" {
  if (endsAt <= now) return "over";
  return startsAt <= now ? "holds" : "to come";
}
