import { atMost, type Goal, plain } from "../benchmark.ts";

/** Milliseconds as people read them: `85 ms`, `2.1 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${plain(ms, 0)} ms` : `${plain(ms / 1000, 1)} s`;
}

/** Bytes as people read them: `212 kB`, `101 MB`. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${plain(bytes / 1000, bytes < 1e4 ? 1 : 0)} kB`;
  return `${plain(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`;
}

export function megabytes(value: number): string {
  return `${plain(value, 0)} MB`;
}

/** At most that share of what it is set against. */
export function atMostOf(measured: number, other: number, share: number, of: Goal["of"] = "time"): Goal {
  const text = share < 1 ? `at most 1/${plain(1 / share, 0)} of it` : `at most ${plain(share)} times as much`;
  return { ...atMost(measured, other * share, "", of), text };
}
