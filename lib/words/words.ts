import type { EventType, JobEvent } from "#jobs/event";
import type { Replicas } from "#jobs/job";
import type { Digest } from "#receivers/receiver";
import { CHINESE } from "./chinese.ts";
import { describeIn, inOneLineIn, type Speech } from "./describe.ts";
import type { Description, DigestDescription } from "./description.ts";
import { digestIn, digestInOneLineIn } from "./digest.ts";
import { durationIn } from "./duration.ts";
import { ENGLISH } from "./english.ts";
import { openCalendar } from "./moment.ts";
import { replicasIn } from "./replicas.ts";
import type { Label } from "./texts.ts";
import { openLinks, openTemplates, type Wording } from "./wording.ts";

export { type Description, type Fact, factsBelow, type Link, type Log, remarkOf } from "./description.ts";
export { lastLines } from "./explanation.ts";
export type { Wording } from "./wording.ts";

/** Puts what happened into the words of one language, for people: free of control characters, not yet escaped for any medium. */
export interface Words {
  describe(event: JobEvent): Description;
  /** The whole event in one line: `❌ Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. BackoffLimitExceeded: …`. */
  inOneLine(event: JobEvent): string;
  digest(digest: Digest): DigestDescription;
  /** The whole digest in one line: `📊 37 events of 24 jobs: 12 Failed, 25 Succeeded`. */
  digestInOneLine(digest: Digest): string;
  state(event: EventType): string;
  label(label: Label): string;
  /** Between a date and a time. */
  readonly dateAndTime: string;
  /** How times are written, where the configuration says how; else a medium shows each reader's own, if it can. */
  readonly times: { write(at: string): string; clock(at: string): string } | undefined;
}

const LANGUAGES = { en: ENGLISH, zh: CHINESE } as const;

/** The words of a configuration; by default English. */
export function openWords(wording: Wording = {}): Words {
  const { language = "en", timeZone = "UTC", dateStyle = "iso" } = wording;
  const texts = LANGUAGES[language];
  const calendar = openCalendar(texts, timeZone, dateStyle);
  const speech: Speech = { texts, calendar, links: openLinks(wording), templates: openTemplates(wording) };
  const isExplicit = wording.timeZone !== undefined || wording.dateStyle !== undefined;
  return {
    describe: (event) => describeIn(speech, event),
    inOneLine: (event) => inOneLineIn(speech, event),
    digest: (digest) => digestIn(texts, digest),
    digestInOneLine: (digest) => digestInOneLineIn(texts, digest),
    state: (event) => texts.states[event],
    label: (label) => texts.labels[label],
    dateAndTime: texts.at,
    times: isExplicit ? calendar : undefined,
  };
}

/** Jobbell's own words: those of the commands, and of messages where nothing else is configured. */
export const PLAIN_WORDS: Words = openWords();

/** {@link Words.inOneLine} in English. */
export const inOneLine = PLAIN_WORDS.inOneLine;

/** A length of time in English, in its two largest units: `42 s`, `4 min 10 s`, `2 h 4 min`, `3 d`. */
export function duration(seconds: number): string {
  return durationIn(ENGLISH, seconds);
}

/** The pods of a job in English: `Master 1/1 active; Worker 1/2 active, 1 failed`. Empty where nothing is known. */
export function replicasInWords(replicas: Replicas): string {
  return replicasIn(ENGLISH, replicas);
}
