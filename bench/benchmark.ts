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

/** The value below which a quarter of them lie: what else the machine does makes times longer, and never shorter. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 4)] ?? Number.NaN;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
