import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { StoreError } from "#store/store-error";

// Apart from all that functions use: a bundler takes whole what is imported late anywhere in its reach, and AWS's client with it.

/** Where a store is: a state file of this machine, or a table of AWS. */
export type StorePlace =
  | { readonly in: "file"; readonly path: string }
  | { readonly in: "table"; readonly table: string; readonly region?: string };

/** A store alone, for what people ask of it by command. Throws StoreError. */
export async function openStore(place: StorePlace): Promise<Store> {
  switch (place.in) {
    case "file":
      return sqliteStore(place.path);
    case "table":
      return openTableStore(place.table, place.region);
    default:
      return place satisfies never;
  }
}

/** Loaded late: on one machine AWS's clients are rarely there. */
async function openTableStore(table: string, region: string | undefined): Promise<Store> {
  try {
    const { openTable } = await import("#store/dynamodb/open");
    return openTable(table, region);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    const advice = "npm install @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb";
    throw new StoreError("not-installed", `A table needs two packages that are not installed: ${advice}`);
  }
}
