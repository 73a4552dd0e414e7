/** How a lane may be used. */
export interface LaneRules {
  readonly gapMs: number;
  /** Events of a minute that are told one by one. */
  readonly above?: number;
}

interface Holder {
  readonly isDead: boolean;
}

interface Start {
  readonly at: number;
  readonly by: Holder;
}

const MINUTE_MS = 60_000;

/** Holds that a lane, by whomever it is used, keeps its gap, tells no more in a minute than people read, and is left alone when it asks for that. */
export class Paces {
  readonly #starts = new Map<string, Start[]>();
  readonly #pauses = new Map<string, { readonly from: number; readonly until: number; readonly by: Holder }>();
  readonly wrong: string[] = [];

  start(lane: string, { gapMs, above = Number.POSITIVE_INFINITY }: LaneRules, at: number, by: Holder): void {
    const starts = this.#starts.get(lane) ?? [];
    const last = starts.at(-1);
    if (last !== undefined && at - last.at < gapMs) this.wrong.push(`${lane}: two posts within ${at - last.at} ms`);
    this.#checkPause(lane, gapMs, at);
    starts.push({ at, by });
    this.#starts.set(lane, starts);
    // The end of a minute and the beginning of the next, each with as many as are told one by one, and a digest.
    const recent = starts.filter((each) => each.at > at - MINUTE_MS).length;
    if (recent > 2 * (above + 1)) this.wrong.push(`${lane}: ${recent} posts in a minute`);
  }

  pause(lane: string, from: number, until: number, by: Holder): void {
    const before = this.#pauses.get(lane);
    if (before === undefined || until >= before.until) this.#pauses.set(lane, { from, until, by });
  }

  #checkPause(lane: string, gapMs: number, at: number): void {
    const pause = this.#pauses.get(lane);
    // Without a pace each process has its own patience; and who died may have told nobody.
    if (gapMs === 0 || pause === undefined || at >= pause.until || pause.by.isDead) return;
    // What began in the moment in which the answer came knew nothing of it.
    if (at > pause.from) this.wrong.push(`${lane}: a post in its pause`);
  }
}
