/** jobbell.yml is 7 levels deep. */
const MAX_DEPTH = 100;

/**
 * Guesses whether a text is nested so deeply that parsing would end the stack: the parser recurses, and where the end
 * of the stack comes in the middle of compiling a regular expression, V8 ends the whole process.
 */
export function isTooDeep(text: string): boolean {
  return BRACKETS_ASIDE.test(text) || hasDeepBrackets(text);
}

/** A hundred `- ` or `? ` on one line, or a line that is indented by 2 columns a hundred times. */
const BRACKETS_ASIDE = new RegExp(`^(?: {${2 * MAX_DEPTH}}| *(?:[-?] +){${MAX_DEPTH}})`, "m");

function hasDeepBrackets(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === "[" || bracket === "{" ? 1 : -1));
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
