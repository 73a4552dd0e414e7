/** One thing that was measured. */
export interface Row {
  readonly what: string;
  /** What it is set against, measured in the same run. */
  readonly against?: string;
  readonly measured: string;
  readonly goal?: Goal;
}

/** What was wished. A count or a size is the same on every machine, and fails the run; a time only warns. */
export interface Goal {
  readonly text: string;
  readonly met: boolean;
  readonly of: "count" | "time";
}

export interface Benchmark {
  readonly name: string;
  /** Several that are asked for by one name. */
  readonly group?: string;
  /** The question that it answers, in one sentence. */
  readonly about: string;
  /** Measures, and cleans up behind itself. */
  run(): Promise<readonly Row[]>;
  /** Writes what it measured into the documentation. Takes the place of `run`. */
  write?(): Promise<readonly Row[]>;
}

/** A goal that is a number: at most that much, in its unit. */
export function atMost(measured: number, most: number, unit: string, of: Goal["of"] = "count"): Goal {
  return { text: `at most ${plain(most)} ${unit}`.trim(), met: measured <= most, of };
}

export function exactly(measured: number, wanted: number, unit = ""): Goal {
  return { text: `${plain(wanted)} ${unit}`.trim(), met: measured === wanted, of: "count" };
}

/** A number as people read it: `12,500`, `0.25`. */
export function plain(value: number, digits = 2): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** The value that such a share of them reaches at most. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
}

/** Of several runs, the median of each figure. Throws where there is none. */
export function medians<T extends Readonly<Record<keyof T, number>>>(runs: readonly T[]): T {
  const [first] = runs;
  if (first === undefined) throw new Error("nothing was run");
  const names = Object.keys(first) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))])) as T;
}

/** The value below which a quarter of them lie: what else the machine does makes times longer, and never shorter. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 4)] ?? Number.NaN;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
