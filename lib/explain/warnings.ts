import * as z from "zod";
import type { Warning } from "#jobs/explanation";
import type { Fields } from "#jobs/kinds/reader";
import { mask } from "#text/mask";

const Text = z.string().nullish();
const Time = Text.transform((text) => Date.parse(text ?? "") || undefined);
const Count = z.number().nullish();

/** Events of now (`series`, `eventTime`), as the scheduler writes them, and of before (`count`, `lastTimestamp`), as all others do. */
const Event = z
  .object({
    metadata: z.object({ creationTimestamp: Time }),
    type: z.literal("Warning"),
    reason: Text,
    message: Text,
    count: Count,
    lastTimestamp: Time,
    eventTime: Time,
    series: z.object({ count: Count, lastObservedTime: Time }).nullish(),
  })
  .transform(({ metadata, reason, message, count, lastTimestamp, eventTime, series }) => ({
    at: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0,
    reason: mask(reason ?? "", 100),
    message: mask(message ?? "", 400),
    count: series?.count ?? count ?? 1,
  }));
export type Warned = z.output<typeof Event>;

/** What is read of an event. */
export const EVENT_FIELDS: Fields = {
  metadata: { creationTimestamp: true },
  ...{ type: true, reason: true, message: true, count: true },
  ...{ lastTimestamp: true, eventTime: true, series: true },
};

/** A listed event, if it is a warning. */
export function readWarning(object: unknown): Warned | undefined {
  return Event.safeParse(object).data;
}

const MOST = 3;

/** The last of them, the newest last, each once, without what is said already. */
export function lastOf(warned: readonly Warned[], said: readonly string[]): readonly Warning[] {
  const news = warned.filter(({ message }) => !said.includes(message)).toSorted((a, b) => a.at - b.at);
  const each = new Map(news.map((one) => [`${one.reason} ${one.message}`, one]));
  return [...each.values()]
    .slice(-MOST)
    .map(({ reason, message, count }) => ({ reason, message, ...(count > 1 && { count }) }));
}
