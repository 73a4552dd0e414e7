import { didYouMean } from "./suggest.ts";

const SCHEMES = ["env", "file", "ssm", "secretsmanager"] as const;
type Scheme = (typeof SCHEMES)[number];

/** A piece of a text with references: characters that stand for themselves, or `${scheme:name}`. */
export type Part = { readonly literal: string } | { readonly scheme: Scheme; readonly name: string };

/** What a source answers for a name. A complaint is one line that says what to do and holds no secret. */
export type Answer = { readonly value: string } | { readonly complaint: string };
export type Source = (name: string) => Promise<Answer>;
export type Sources = Readonly<Record<Scheme, Source>>;

/** What became of a text: all references were replaced, or these could not be. */
export type Resolution = { readonly value: string } | { readonly complaints: readonly string[] };

/** Takes a text apart. The complaint is about the syntax and quotes nothing that may be a secret. */
export function parseReferences(text: string): { readonly parts: readonly Part[] } | { readonly complaint: string } {
  const parts: Part[] = [];
  for (const [piece] of text.matchAll(/\$\$\{|\$\{[^}]*\}?|[^$]+|\$/g)) {
    const part = parsePiece(piece);
    if (typeof part === "string") return { complaint: part };
    parts.push(part);
  }
  return { parts };
}

/** The value of a text in which no reference stands, `undefined` where one does. */
export function literalOf(text: string): string | undefined {
  const parsed = parseReferences(text);
  if ("complaint" in parsed || !parsed.parts.every((part) => "literal" in part)) return undefined;
  return parsed.parts.map((part) => part.literal).join("");
}

/** Replaces every reference by what its source says, all at once. What a source answers is not looked at for further references. */
export async function resolveReferences(text: string, sources: Sources): Promise<Resolution> {
  const parsed = parseReferences(text);
  if ("complaint" in parsed) return { complaints: [parsed.complaint] };
  const answers = await Promise.all(parsed.parts.map((part) => answerOf(part, sources)));
  const complaints = answers.flatMap((answer) => ("complaint" in answer ? [answer.complaint] : []));
  if (complaints.length > 0) return { complaints: [...new Set(complaints)] };
  return { value: answers.map((answer) => ("value" in answer ? answer.value : "")).join("") };
}

async function answerOf(part: Part, sources: Sources): Promise<Answer> {
  if ("literal" in part) return { value: part.literal };
  const answer = await sources[part.scheme](part.name);
  return "value" in answer ? answer : { complaint: `\${${part.scheme}:${part.name}}: ${answer.complaint}` };
}

function parsePiece(piece: string): Part | string {
  if (piece === "$${") return { literal: "${" };
  if (!piece.startsWith("${")) return { literal: piece };
  if (!piece.endsWith("}")) return "a reference is not closed: } is missing";
  const [, scheme, name] = /^\$\{([A-Za-z]{1,20}):(.*)\}$/s.exec(piece) ?? [];
  if (scheme === undefined) return "a reference is written ${env:NAME}; for the characters ${ themselves write $${";
  if (!isScheme(scheme)) return describeUnknown(scheme);
  return name === undefined || name.trim() === "" ? `\${${scheme}:…} needs a name` : { scheme, name };
}

function describeUnknown(scheme: string): string {
  const hint = didYouMean(scheme, SCHEMES);
  return `unknown source "${scheme}" in a reference${hint === "" ? `: use ${SCHEMES.join(", ")}` : hint}`;
}

function isScheme(word: string): word is Scheme {
  return SCHEMES.some((scheme) => scheme === word);
}
