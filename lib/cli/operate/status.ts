import type { Millis, OutboxCounts, WatchHealth } from "#store/store";
import { duration } from "#words/words";
import { EXIT } from "../failure.ts";
import { complain, print } from "../print.ts";
import { jsonOf } from "../printable.ts";
import { table } from "../table.ts";
import { timeOf } from "./delivery-rows.ts";
import { type PlaceOptions, withStore } from "./place.ts";

/** What `jobbell status` was given, as commander parsed it. */
export interface StatusOptions extends PlaceOptions {
  readonly check?: boolean;
  readonly output?: "json";
}

/** `jobbell status`: how the watches do, and what waits. Returns the exit code. */
export async function status(options: StatusOptions): Promise<number> {
  // Loaded late, as the store is.
  const { leftAlone } = await import("#wiring/quiet");
  const [watches, outbox] = await withStore(options, (store, config) =>
    Promise.all([store.watches(), store.counts(leftAlone(config?.receivers ?? [], Date.now()))]),
  );
  if (options.output === "json") print(jsonOf(recordOf(watches, outbox)));
  else show(watches, outbox, Date.now());
  const isWell = outbox.dead === 0 && watches.every(({ failures }) => failures === 0);
  return options.check && !isWell ? EXIT.failed : EXIT.ok;
}

function show(watches: readonly WatchHealth[], outbox: OutboxCounts, now: Millis): void {
  if (watches.length === 0) complain("no watch was ever read");
  else table(["WATCH", "KIND", "LAST TICK", "FAILURES", "ERROR"], rowsOf(watches, now)).forEach(print);
  print(`${watches.length === 0 ? "" : "\n"}deliveries: ${outboxInWords(outbox, now)}`);
}

function rowsOf(watches: readonly WatchHealth[], now: Millis): readonly (readonly string[])[] {
  return watches.map(({ scope, kind, cursor, failures, error }) => [
    readable(scope),
    kind,
    cursor === undefined ? "never" : `${duration((now - cursor.tickedAt) / 1000)} ago`,
    String(failures),
    error ?? "",
  ]);
}

/** `3 pending, the oldest for 4 min; 2 held until quiet hours end; 2 dead` */
function outboxInWords({ pending, held, dead, oldestPendingAt }: OutboxCounts, now: Millis): string {
  const age = oldestPendingAt === undefined ? "" : `, the oldest for ${duration((now - oldestPendingAt) / 1000)}`;
  const quiet = held === 0 ? "" : `; ${held} held until quiet hours end`;
  return `${pending - held} pending${age}${quiet}; ${dead} dead`;
}

function recordOf(watches: readonly WatchHealth[], { pending, held, dead, oldestPendingAt }: OutboxCounts): object {
  return {
    watches: watches.map(({ scope, kind, cursor, failures, error }) => ({
      ...{ watch: readable(scope), kind },
      ...(cursor !== undefined && { tickedAt: timeOf(cursor.tickedAt) }),
      failures,
      ...(error !== undefined && { error }),
    })),
    deliveries: {
      pending,
      ...(held > 0 && { held }),
      dead,
      ...(oldestPendingAt !== undefined && { oldestPendingAt: timeOf(oldestPendingAt) }),
    },
  };
}

/** `prod/ml?labelSelector=team%3Dvision` -> `prod/ml?labelSelector=team=vision` */
function readable(scope: string): string {
  try {
    return decodeURIComponent(scope);
  } catch {
    return scope;
  }
}
