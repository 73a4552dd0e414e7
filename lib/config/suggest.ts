/** `, did you mean "kinds"?` where one of the names is nearly what was written, otherwise the empty string. */
export function didYouMean(written: string, names: readonly string[]): string {
  const close = names
    .map((name) => ({ name, edits: edits(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= (name.length < 4 ? 1 : 2))
    .sort((a, b) => a.edits - b.edits)[0];
  return close === undefined ? "" : `, did you mean "${close.name}"?`;
}

/** Letters to insert, drop or replace to make one word of the other (Levenshtein, one row at a time). */
function edits(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replace = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replace, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
