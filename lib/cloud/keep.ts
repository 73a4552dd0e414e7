import type { Millis } from "#store/store";

/** Something that is opened when it is needed, and again when it is old. */
export interface Kept<T> {
  get(now: Millis): Promise<T>;
  /** The next `get` opens it anew. */
  forget(): void;
}

/** A secret that was changed is known after this at the latest. Each look costs a request for each secret. */
const MAX_AGE_MS = 10 * 60_000;

/** Keeps what `open` makes. What cannot be opened is tried again at the next call; what is replaced is closed. */
export function keep<T>(open: () => Promise<T>, close: (old: T) => unknown = () => {}): Kept<T> {
  let current: { readonly value: T; readonly since: Millis } | undefined;
  let stale = false;
  return {
    async get(now) {
      if (current !== undefined && !stale && now - current.since < MAX_AGE_MS) return current.value;
      const old = current;
      current = { value: await open(), since: now };
      stale = false;
      if (old !== undefined) await close(old.value);
      return current.value;
    },
    forget() {
      stale = true;
    },
  };
}
