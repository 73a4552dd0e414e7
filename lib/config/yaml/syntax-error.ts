import type { ErrorCode } from "yaml";

/**
 * What is wrong with the YAML, in words of our own: those of the library quote the text, which may be a secret, and
 * name its own functions.
 */
export function describeSyntaxError(code: ErrorCode): string {
  return MESSAGES[code] ?? "this is not YAML: look at quotes, brackets and indentation";
}

export const TOO_DEEP = "the document is nested too deeply";

const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: "text that begins with * or & needs quotes",
  BAD_ALIAS: "text that begins with * or & needs quotes",
  BAD_DIRECTIVE: "a line that begins with % is not possible here",
  BAD_DQ_ESCAPE: "unknown escape in double quotes: use single quotes, or write the backslash twice",
  BAD_INDENT: "the indentation is not right here, or a bracket is not closed",
  BAD_SCALAR_START: "text that begins with this character needs quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a second key on this line: look at the indentation, or put text that holds ": " in quotes',
  MISSING_CHAR: "something is missing here: a quote, a colon, a comma or a bracket",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line and end with a colon",
  MULTIPLE_DOCS: "a second document begins here (---): only one is possible",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: "a tab cannot indent: use spaces",
  TAG_RESOLVE_FAILED: "text that begins with ! needs quotes",
};
