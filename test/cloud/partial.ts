interface Source {
  /** Whether what the function answers says which of a batch failed. */
  readonly reportsItems: boolean;
}

/** Which records of a batch the function says that it failed. Lambda looks only where the event source was told to. */
export function failedItems({ reportsItems }: Source, answer: unknown): ReadonlySet<string> {
  if (!reportsItems) return new Set();
  const { batchItemFailures = [] } = (answer ?? {}) as {
    readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}
