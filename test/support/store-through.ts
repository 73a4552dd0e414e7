import type { Store } from "#store/store";

/** What a tick asks of a store; jobs are asked for by bucket or by name. */
export type TickCall = "claimScope" | "renewScope" | "jobs" | "jobsDue" | "advance" | "finishScope";

type Call<A extends unknown[], T> = (...parts: A) => Promise<T>;

/** The same store, each call of a tick through `wrap`. */
export function through(
  store: Store,
  wrap: <A extends unknown[], T>(name: TickCall, call: Call<A, T>) => Call<A, T>,
): Store {
  return {
    ...store,
    claimScope: wrap("claimScope", store.claimScope),
    renewScope: wrap("renewScope", store.renewScope),
    jobs: wrap("jobs", store.jobs),
    jobsNamed: wrap("jobs", store.jobsNamed),
    jobsDue: wrap("jobsDue", store.jobsDue),
    advance: wrap("advance", store.advance),
    finishScope: wrap("finishScope", store.finishScope),
  };
}
