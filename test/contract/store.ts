import { describe, onTestFinished } from "vitest";
import type { Store } from "#store/store";
import { dueJobsContract } from "./store-due-jobs.ts";
import { jobsContract } from "./store-jobs.ts";
import { lanesContract } from "./store-lanes.ts";
import { listingContract } from "./store-listing.ts";
import { modelContract } from "./store-model.ts";
import { outboxContract } from "./store-outbox.ts";
import { racesContract } from "./store-races.ts";
import { ownersContract, scopesContract } from "./store-scopes.ts";
import { silencesContract } from "./store-silences.ts";

/** Makes a place without any data, and answers with how to open a store on it: each call opens one more on the same data. */
export type FreshPlace = () => Promise<() => Promise<Store>>;

interface ContractOptions {
  /** How many histories the property tests play. */
  readonly runs: number;
  /** Whether several stores can be open on the same data, each with leases of its own. */
  readonly severalOwners: boolean;
}

/** Two stores on the same fresh data, closed when the test ends. Where a place opens only once, both are the same. */
export type TwoStores = () => Promise<readonly [Store, Store]>;

/** What every store promises. The time is that of `NOW` in test/support/store-steps.ts. */
export function storeContract(name: string, fresh: FreshPlace, { runs, severalOwners }: ContractOptions): void {
  const stores: TwoStores = async () => {
    const open = await fresh();
    const opened = [await open(), await open()] as const;
    onTestFinished(async () => void (await Promise.all(opened.map((store) => store.close()))));
    return opened;
  };

  describe(`the ${name} store`, () => {
    scopesContract(stores);
    if (severalOwners) ownersContract(stores);
    jobsContract(stores, runs);
    dueJobsContract(stores, runs);
    outboxContract(stores);
    listingContract(stores);
    lanesContract(stores);
    silencesContract(stores);
    racesContract(stores);
    modelContract(fresh, runs);
  });
}
