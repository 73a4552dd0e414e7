/** Something to be done, and whoever waits for it. */
interface Waiting<A, T> {
  readonly item: A;
  readonly resolve: (answer: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does what is asked for side by side in one go: a transaction takes ten times as long as a row of it. Where that fails
 * each is done by itself, so that one that cannot be done stops no other. `flush` does at once what is waiting.
 */
export function together<A, T>(work: (items: readonly A[]) => readonly T[]) {
  let waiting: Waiting<A, T>[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    if (all.length === 0) return;
    if (!settle(all)) for (const one of all) settle([one], true);
  }

  /** False where it failed and nobody was told. */
  function settle(some: readonly Waiting<A, T>[], isLast = some.length === 1): boolean {
    try {
      const answers = work(some.map(({ item }) => item));
      for (const [index, { resolve }] of some.entries()) resolve(answers[index] as T);
      return true;
    } catch (error) {
      if (isLast) for (const { reject } of some) reject(error);
      return isLast;
    }
  }

  return {
    flush,
    ask: (item: A): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      }),
  };
}
