import mustache, { type TemplateSpans } from "mustache";
import { cut, oneLine } from "./clean.ts";
import { isVariable, LISTS, type Lookup } from "./variables.ts";

/** A template that was read. */
export interface Template {
  /** What it names, each once. */
  readonly names: readonly string[];
  /** Whether it is but text and values: no section, no list. */
  readonly isPlain: boolean;
  /** The text that it makes: at most 8,000 characters of values beside its own. No value is read as a template. */
  render(lookup: Lookup, write?: (value: string) => string): string;
}

/** What is wrong with it, in one line, and the name that it should not have, where that is it. */
export interface Complaint {
  readonly complaint: string;
  readonly unknown?: string;
}

const MAX_TEMPLATE = 4_000;
const MAX_DEPTH = 3;
const MAX_VALUES = 8_000;

/** Reads Mustache without all that looks elsewhere than at the event, or could make a text without end. */
export function parseTemplate(text: string): Template | Complaint {
  if (text.length > MAX_TEMPLATE) return { complaint: `must have at most ${MAX_TEMPLATE} characters` };
  const spans = spansOf(text);
  if ("complaint" in spans) return spans;
  const faults = spans.flatMap((span) => faultsIn(span, []));
  if (faults[0] !== undefined) return faults[0];
  const names = [...new Set(namesIn(spans))];
  const isPlain = spans.every(([type, name]) => type === "text" || (type === "name" && !LISTS.includes(name)));
  return { names, isPlain, render: (lookup, write) => render(spans, lookup, write) };
}

type Span = TemplateSpans[number];

// A writer without a cache: Mustache's own keeps every template that it ever read.
const WRITER = new mustache.Writer();
Object.assign(WRITER, { templateCache: undefined });

function spansOf(text: string): TemplateSpans | Complaint {
  try {
    return WRITER.parse(text) as TemplateSpans;
  } catch (error) {
    const problem = error instanceof Error ? cut(oneLine(error.message), 120) : "";
    return { complaint: `is no template: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}` };
  }
}

const FORBIDDEN: Readonly<Record<string, string>> = {
  "&": "must write {{name}}, not {{{name}}} or {{&name}}: what is shown is always made harmless",
  ">": "must not have {{>…}}: there are no other templates",
  "=": "must not have {{=…}}: the marks are {{ and }}",
};

/** `around`: the sections in which it stands. */
function faultsIn(span: Span, around: readonly string[]): readonly Complaint[] {
  const [type, name] = span;
  const forbidden = FORBIDDEN[type];
  if (forbidden !== undefined) return [{ complaint: forbidden }];
  if (type === "text" || type === "!") return [];
  const named = faultOfName(name, type, around);
  return [
    ...(named === undefined ? [] : [named]),
    ...childrenOf(span).flatMap((each) => faultsIn(each, [...around, name])),
  ];
}

function faultOfName(name: string, type: string, around: readonly string[]): Complaint | undefined {
  if (name === "." && type === "name" && around.length > 0) return undefined;
  if (!isVariable(name))
    return { complaint: `has no variable ${JSON.stringify(cut(oneLine(name), 60))}`, unknown: name };
  if (type === "name") return undefined;
  if (around.length >= MAX_DEPTH) return { complaint: `must not have sections more than ${MAX_DEPTH} deep` };
  const isAgain = type === "#" && LISTS.includes(name) && around.some((each) => LISTS.includes(each));
  return isAgain ? { complaint: `must not have {{#${name}}} within a list` } : undefined;
}

function childrenOf([, , , , children]: Span): TemplateSpans {
  return Array.isArray(children) ? children : [];
}

function namesIn(spans: TemplateSpans): readonly string[] {
  return spans.flatMap((span) => [
    ...(span[0] === "text" || span[0] === "!" || span[1] === "." ? [] : [span[1]]),
    ...namesIn(childrenOf(span)),
  ]);
}

/** Mustache's own looks for dots, and into prototypes: a label's key has dots, and may be called anything. */
class Scope extends mustache.Context {
  readonly #lookup: Lookup;

  constructor(lookup: Lookup, line?: unknown) {
    super(line);
    this.#lookup = lookup;
  }

  override lookup(name: string): unknown {
    return name === "." ? this.view : this.#lookup(name);
  }

  override push(line: unknown): Scope {
    return new Scope(this.#lookup, line);
  }
}

function render(spans: TemplateSpans, lookup: Lookup, write = (value: string) => value): string {
  let left = MAX_VALUES;
  const fill = (value: unknown) => {
    const part = cut(write(Array.isArray(value) ? value.join("\n") : String(value)), left);
    left = Math.max(0, left - part.length);
    return part;
  };
  return WRITER.renderTokens(spans as unknown as string[][], new Scope(lookup), undefined, undefined, { escape: fill });
}
