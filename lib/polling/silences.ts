import type { Silence } from "#routing/silence";
import type { Millis, Store } from "#store/store";

const MAX_AGE_MS = 1000;

/** The silences of this moment, asked for only when there is something to tell, and once a second at most. */
export function openSilences(store: Store, now: () => Millis): () => Promise<readonly Silence[]> {
  let asked: { readonly at: Millis; readonly answer: Promise<readonly Silence[]> } | undefined;
  return async () => {
    if (asked === undefined || now() - asked.at >= MAX_AGE_MS || now() < asked.at)
      asked = { at: now(), answer: store.silences() };
    const { answer } = asked;
    return answer.catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
  };
}
