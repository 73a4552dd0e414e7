import type { Texts, Unit } from "./texts.ts";

const SECONDS: Readonly<Record<Unit, number>> = { d: 86_400, h: 3_600, min: 60, s: 1 };

/** A length of time as people say it, in its two largest units: `42 s`, `4 min 10 s`, `2 h 4 min`, `3 d`. */
export function durationIn({ units }: Texts, seconds: number): string {
  const total = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const counted = (count: number, unit: Unit) => `${count} ${units[unit]}`;
  const [large, small] = unitsOf(total);
  const rest = small === undefined ? 0 : Math.floor((total % SECONDS[large]) / SECONDS[small]);
  const first = counted(Math.floor(total / SECONDS[large]), large);
  return rest === 0 || small === undefined ? first : `${first} ${counted(rest, small)}`;
}

function unitsOf(total: number): readonly [Unit, Unit?] {
  if (total < SECONDS.min) return ["s"];
  if (total < SECONDS.h) return ["min", "s"];
  return total < SECONDS.d ? ["h", "min"] : ["d", "h"];
}
