import { existsSync } from "node:fs";
import { type Config, loadConfig } from "#config/config";
import type { Store } from "#store/store";
import type { StorePlace } from "#wiring/stores";
import { UsageError } from "../failure.ts";

/** What every command that reads the store was given to find it. */
export interface PlaceOptions {
  readonly config?: string;
  readonly store?: string;
  readonly table?: string;
  readonly region?: string;
}

/** Where the store is, and the configuration that says so. */
interface Found {
  readonly place: StorePlace;
  readonly config?: Config | undefined;
}

const DEFAULTS = { config: "jobbell.yml", state: "jobbell.db" };

/** Opens what `jobbell run`, or an installation in AWS, keeps, does `work`, and closes it. The configuration is known where the store was found by it. Throws UsageError, ConfigError, StoreError. */
export async function withStore<T>(
  options: PlaceOptions,
  work: (store: Store, config: Config | undefined) => Promise<T>,
): Promise<T> {
  const { place, config } = await placeOf(options);
  // Loaded late: bad usage is found without the half of Jobbell that wiring brings along.
  const { openStore } = await import("#wiring/stores");
  const store = await openStore(place);
  try {
    return await work(store, config);
  } finally {
    await store.close();
  }
}

/** The table or the state file that the options name. A file that is not there is bad usage, and not made. */
async function placeOf({ config, store, table, region }: PlaceOptions): Promise<Found> {
  const ways = [
    ["--config", config],
    ["--store", store],
    ["--table", table],
  ] as const;
  const [one, other] = ways.flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (other !== undefined) throw new UsageError(`${one} and ${other} exclude each other: each says which store it is`);
  if (region !== undefined && table === undefined) throw new UsageError("--region goes with --table NAME");
  if (table !== undefined) return { place: tablePlace(table, region) };
  if (store !== undefined) return { place: { in: "file", path: existing(store) } };
  const found = await configured(config);
  return { place: { in: "file", path: existing(found?.statePath ?? DEFAULTS.state) }, config: found };
}

// As DynamoDB has it: whatever is not one it would answer with a page of its own.
const TABLE = /^[\w.-]{3,255}$/;

function tablePlace(table: string, region: string | undefined): StorePlace {
  if (!TABLE.test(table)) throw new UsageError(`--table: "${table}" cannot be the name of a table`);
  return region === undefined ? { in: "table", table } : { in: "table", table, region };
}

/** The one that is named, or that of this folder, where there is one. */
async function configured(config: string | undefined): Promise<Config | undefined> {
  if (config === undefined && !existsSync(DEFAULTS.config)) return undefined;
  return loadConfig(config ?? DEFAULTS.config);
}

function existing(path: string): string {
  if (path === ":memory:")
    throw new UsageError("the configuration keeps its state in memory: nobody but `jobbell run` itself can read it");
  if (existsSync(path)) return path;
  throw new UsageError(`there is no state file ${path}: name it with --store FILE, or a table with --table NAME`);
}
