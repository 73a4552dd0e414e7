import type { EventType, JobEvent } from "#jobs/event";
import { clean, oneLine } from "#text/clean";
import { parseLink } from "#text/link";
import { parseTemplate, type Template } from "#text/template";
import type { Lookup } from "#text/variables";
import type { Link } from "./description.ts";
import type { DateStyle } from "./moment.ts";

/** How messages are worded for people; what is left out is Jobbell's own way. */
export interface Wording {
  readonly language?: "en" | "zh";
  /** IANA's name. With it, or with `dateStyle`, times are written out; else each reader sees them in a zone of their own where the medium can. */
  readonly timeZone?: string;
  readonly dateStyle?: DateStyle;
  readonly links?: readonly { readonly title: string; readonly url: string; readonly on?: readonly EventType[] }[];
  readonly templates?: readonly {
    readonly on?: readonly EventType[];
    readonly headline?: string;
    readonly text?: string;
  }[];
}

/** The links of an event, by the values of what they name: one that names what the event has not is left out. */
export function openLinks({ links = [] }: Wording): (event: JobEvent, lookup: Lookup) => readonly Link[] {
  const read = links.flatMap(({ title, url, on }) => {
    const to = parseLink(url);
    return "complaint" in to ? [] : [{ title: oneLine(title), to, on }];
  });
  return (event, lookup) =>
    read
      .filter(({ on = [event.event] }) => on.includes(event.event))
      .map(({ title, to }) => ({ title, url: to(lookup) }))
      .flatMap(({ title, url }) => (url === undefined || title === "" ? [] : [{ title, url }]));
}

/** Words of somebody's own. */
export interface Own {
  /** In one line, and not empty. */
  readonly headline?: string;
  /** Perhaps empty: then nothing is said. */
  readonly text?: string;
}

/** What the first template that is for an event makes of it. */
export function openTemplates({ templates = [] }: Wording): (event: JobEvent, lookup: Lookup) => Own {
  const read = templates.map(({ on, headline, text }) => ({ on, headline: opened(headline), text: opened(text) }));
  return (event, lookup) => {
    const { headline, text } = read.find(({ on = [event.event] }) => on.includes(event.event)) ?? {};
    const first = oneLine(headline?.render(lookup) ?? "");
    return { ...(first !== "" && { headline: first }), ...(text && { text: clean(text.render(lookup)) }) };
  };
}

// What the configuration's check would refuse is not obeyed here either.
function opened(text: string | undefined): Template | undefined {
  const template = text === undefined ? undefined : parseTemplate(text);
  return template === undefined || "complaint" in template ? undefined : template;
}
