/** What the table was asked for, and how hot its partitions became. */
export interface Ledger {
  spend(kind: "read" | "write", partition: string, units: number, now: number): void;
  request(): void;
  /** All of it so far. */
  totals(): { readonly requests: number; readonly readUnits: number; readonly writeUnits: number };
  /** The most units that one second had, of the table and of its hottest partitions. */
  peaks(): Peaks;
  /** Forgets peaks and totals. */
  reset(): void;
}

interface Heat {
  readonly partition: string;
  readonly units: number;
}

export interface Peaks {
  readonly tableWrites: number;
  readonly tableReads: number;
  /** The hottest partition of each sort: of jobs, of scopes, of deliveries, of each index. */
  readonly writes: ReadonlyMap<string, Heat>;
  readonly reads: ReadonlyMap<string, Heat>;
}

type Kind = "read" | "write";
interface Gauge {
  second: number;
  units: number;
}

/** Partitions of an index, which many processes write at once. */
const SHARED = /^(due|listed)#/;

// The simulation runs invocations one after the other though their times overlap: what is shared is counted second by
// second. Any other partition belongs to one of them at a time, and what was counted before its present second is over.
export function openLedger(): Ledger {
  let requests = 0;
  let units = { read: 0, write: 0 };
  let seconds = { read: new Map<number, number>(), write: new Map<number, number>() };
  let gauges = { read: new Map<string, Gauge>(), write: new Map<string, Gauge>() };
  let hottest = { read: new Map<string, Heat>(), write: new Map<string, Heat>() };

  function heat(kind: Kind, partition: string, amount: number, second: number): void {
    const name = SHARED.test(partition) ? `${partition}@${second}` : partition;
    const gauge = gauges[kind].get(name) ?? { second, units: 0 };
    if (gauge.second !== second) Object.assign(gauge, { second, units: 0 });
    gauge.units += amount;
    gauges[kind].set(name, gauge);
    const sort = partition.slice(0, partition.indexOf("#"));
    if (gauge.units > (hottest[kind].get(sort)?.units ?? 0)) hottest[kind].set(sort, { partition, units: gauge.units });
  }

  const most = (kind: Kind) => [...seconds[kind].values()].reduce((max, each) => Math.max(max, each), 0);

  return {
    request() {
      requests += 1;
    },
    spend(kind, partition, amount, now) {
      const second = Math.floor(now / 1000);
      units[kind] += amount;
      seconds[kind].set(second, (seconds[kind].get(second) ?? 0) + amount);
      heat(kind, partition, amount, second);
    },
    totals: () => ({ requests, readUnits: units.read, writeUnits: units.write }),
    peaks: () => ({ tableWrites: most("write"), tableReads: most("read"), writes: hottest.write, reads: hottest.read }),
    reset() {
      requests = 0;
      units = { read: 0, write: 0 };
      seconds = { read: new Map(), write: new Map() };
      gauges = { read: new Map(), write: new Map() };
      hottest = { read: new Map(), write: new Map() };
    },
  };
}
