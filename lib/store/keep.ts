const DAY = 24 * 60 * 60 * 1000;

/** How long rows outlive their use, in milliseconds: both stores drop them afterwards. */
export const KEEP = {
  /** A delivered row is what keeps an event that is noticed again from being sent again. */
  delivered: 7 * DAY,
  /** A dead row is what a person lists and replays. */
  dead: 30 * DAY,
  /** A job that left the selector and may come back. */
  left: 30 * DAY,
  /** What a receiver said of a job: no job's thread is quiet for longer and then goes on. */
  memo: 60 * DAY,
  /** A silence that is over, for whoever wants to know why nobody heard. */
  silence: 30 * DAY,
  /** A pace that nobody keeps any more. */
  lane: DAY,
} as const;
