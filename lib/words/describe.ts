import type { JobEvent } from "#jobs/event";
import { clean, oneLine } from "#text/clean";
import type { Description } from "./description.ts";
import { causeOf, logOf, warningsOf } from "./explanation.ts";
import { factsOf, timingOf } from "./facts.ts";
import { findingIn } from "./finding.ts";
import type { Calendar } from "./moment.ts";
import { EMOJI, isTrouble, stateIn } from "./state.ts";
import type { Texts } from "./texts.ts";
import { valuesOf } from "./values.ts";
import type { openLinks, openTemplates } from "./wording.ts";

/** What is put together with an event: a language, a way to write times, and what the configuration adds. */
export interface Speech {
  readonly texts: Texts;
  readonly calendar: Calendar;
  readonly links: ReturnType<typeof openLinks>;
  readonly templates: ReturnType<typeof openTemplates>;
}

/** The one place that puts an event into words. */
export function describeIn(speech: Speech, event: JobEvent): Description {
  const { texts, calendar } = speech;
  const said = saidOf(texts, event);
  const lookup = valuesOf(texts, calendar, event, said);
  const own = speech.templates(event, lookup);
  const timing = timingOf(texts, event);
  return {
    emoji: EMOJI[event.event],
    headline: own.headline ?? `${stateIn(texts, event)}${texts.marks.colon}${oneLine(event.name)}`,
    name: [texts.labels.name, oneLine(event.name)],
    isTrouble: isTrouble(event),
    ...said,
    ...whyOf(texts, said),
    facts: factsOf(texts, event),
    timing: said.finding ?? (timing && texts.timing(...timing)),
    links: speech.links(event, lookup),
    text: own.text,
  };
}

type Said = ReturnType<typeof saidOf>;

function saidOf(texts: Texts, event: JobEvent) {
  const { explanation = {} } = event;
  return {
    reason: oneLine(event.reason ?? "") || undefined,
    message: clean(event.message ?? "") || undefined,
    cause: causeOf(texts, explanation),
    finding: findingIn(texts, event),
    warnings: warningsOf(texts, explanation),
    log: logOf(texts, explanation),
  };
}

/** What a rule found goes first, then the cause; what the condition says of itself is then but a remark. */
function whyOf({ marks }: Texts, { reason, message, cause, finding }: Said): Pick<Description, "lead" | "body"> {
  if (cause === undefined && finding === undefined) return { lead: reason, body: message };
  const news = [reason, message && oneLine(message)].filter((part) => part !== undefined && !cause?.includes(part));
  const parts = [finding && capital(finding), cause, news.join(marks.colon) || undefined];
  const [lead, ...rest] = parts.filter((part) => part !== undefined);
  return { lead, body: rest.length === 0 ? undefined : rest.join("\n") };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The whole event in one line: `❌ Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. BackoffLimitExceeded: …`. */
export function inOneLineIn(speech: Speech, event: JobEvent): string {
  const { texts } = speech;
  const { emoji, headline, ...said } = describeIn(speech, event);
  const isOwn = headline !== `${stateIn(texts, event)}${texts.marks.colon}${oneLine(event.name)}`;
  const where = [event.kind, event.namespace, event.cluster].map(oneLine).join(texts.marks.comma);
  const timing = said.timing === undefined ? "" : `${texts.marks.comma}${said.timing}`;
  const place = isOwn ? "" : `${texts.brackets(where)}${timing}`;
  return sentences(texts, [`${emoji} ${headline}${place}`, said.text ?? whyInOneLine(texts, said)]);
}

function whyInOneLine(
  texts: Texts,
  { lead, body = "", finding, cause }: Omit<Description, "emoji" | "headline">,
): string {
  const { colon } = texts.marks;
  // What a rule found stands behind the place already.
  if (finding !== undefined) return sentences(texts, body.split("\n"));
  if (cause !== undefined) return sentences(texts, [lead ?? "", body]);
  return [lead ?? "", oneLine(body)].filter((part) => part !== "").join(colon);
}

function sentences({ marks }: Texts, parts: readonly string[]): string {
  const said = parts.map(oneLine).filter((part) => part !== "");
  return said.reduce(
    (all, part) => (all === "" ? part : `${all}${/[.!?。]$/.test(all) ? " " : marks.stop}${part}`),
    "",
  );
}
