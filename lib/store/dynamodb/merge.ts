/** The items of sources that are each in order, all in order. Each source is read one item ahead, all at once at the start. */
export async function* inOrder<T>(
  sources: readonly AsyncGenerator<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  for (;;) {
    const [first] = heads.filter((head) => head.next.done !== true).sort((a, b) => compare(a.next.value, b.next.value));
    if (first === undefined) return;
    yield first.next.value;
    first.next = await first.source.next();
  }
}
