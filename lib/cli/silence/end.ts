import { minuteOf } from "#routing/reason";
import { oneLine } from "#text/clean";
import { EXIT } from "../failure.ts";
import { type PlaceOptions, withStore } from "../operate/place.ts";
import { complain, print } from "../print.ts";

/** What `jobbell silence end` was given, as commander parsed it. */
export type EndOptions = PlaceOptions;

/** `jobbell silence end`. Returns the exit code. */
export async function end(id: string, options: EndOptions): Promise<number> {
  return withStore(options, async (store) => {
    const now = Date.now();
    const silence = (await store.silences()).find((each) => each.id === id);
    if (silence === undefined) {
      complain(`jobbell: there is no silence ${oneLine(id)}: \`jobbell silence list\` has them`);
      return EXIT.failed;
    }
    if (silence.endsAt <= now) {
      complain(`jobbell: ${id} is over since ${minuteOf(silence.endsAt)}`);
      return EXIT.failed;
    }
    // One that has not begun must not begin after its end.
    await store.putSilence({ ...silence, startsAt: Math.min(silence.startsAt, now), endsAt: now });
    print(`${id}: ended`);
    return EXIT.ok;
  });
}
