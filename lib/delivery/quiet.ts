import type { Millis } from "#store/store";

/** Hours of a day in which a receiver is left alone. */
export interface QuietHours {
  /** `HH:MM`, both: where `to` is not later than `from`, it is of the day after. */
  readonly from: string;
  readonly to: string;
  /** The days on which they begin; all where absent. */
  readonly days?: readonly string[];
  /** IANA's name. */
  readonly timeZone: string;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY_MS = 86_400_000;
/** Hours that follow each other are one silence; what is silent for a week is silent for ever. */
const MOST_PERIODS = 16;

/** Until when a receiver is left alone, or `undefined` where it is not at that moment. */
export function quietUntil(hours: readonly QuietHours[], at: Millis): Millis | undefined {
  let until: Millis | undefined;
  for (let periods = 0; periods < MOST_PERIODS; periods += 1) {
    const next = latest(hours.map((each) => endOf(each, until ?? at)));
    if (next === undefined) return until;
    until = next;
  }
  return until;
}

function latest(times: readonly (Millis | undefined)[]): Millis | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}

/** The end of the hours that `at` lies in: they began today, or yesterday. */
function endOf({ from, to, days = DAYS, timeZone }: QuietHours, at: Millis): Millis | undefined {
  const today = dateIn(timeZone, at);
  return [today - DAY_MS, today]
    .filter((date) => days.includes(DAYS[new Date(date).getUTCDay()] ?? ""))
    .map(
      (date) => [instantOf(timeZone, date, from), instantOf(timeZone, to > from ? date : date + DAY_MS, to)] as const,
    )
    .find(([begin, end]) => begin <= at && at < end)?.[1];
}

/** The date there, as the midnight of that date in UTC. */
function dateIn(timeZone: string, at: Millis): Millis {
  const local = at + offsetOf(timeZone, at);
  return local - (((local % DAY_MS) + DAY_MS) % DAY_MS);
}

/** When the clocks there show a time on a date. In the hour that is left out in spring, when they show it an hour later; of two in autumn, the first. */
function instantOf(timeZone: string, date: Millis, clock: string): Millis {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  const local = date + (hours * 60 + minutes) * 60_000;
  const before = local - offsetOf(timeZone, local - DAY_MS);
  const after = local - offsetOf(timeZone, local + DAY_MS);
  return before + offsetOf(timeZone, before) === local
    ? before
    : after + offsetOf(timeZone, after) === local
      ? after
      : before;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks there show is so much later than in UTC. */
function offsetOf(timeZone: string, at: Millis): Millis {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  formats.set(timeZone, format);
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign = "+", hours = "0", minutes = "0", seconds = "0"] = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
