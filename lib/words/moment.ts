import type { Texts } from "./texts.ts";

export type DateStyle = "iso" | "short" | "long";

/** Writes times in a time zone of IANA: `2026-11-21 14:05`, `21 Nov 14:05`, or `21 November 2026 at 14:05`; in UTC it says so. */
export interface Calendar {
  /** A time that is none as it is. */
  write(at: string): string;
  /** Without the date. */
  clock(at: string): string;
}

export function openCalendar(texts: Texts, timeZone: string, style: DateStyle): Calendar {
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { ...PARTS, timeZone });
  const zone = timeZone === "UTC" ? " UTC" : "";
  const partsOf = (at: string) => {
    const time = Date.parse(at);
    return Number.isNaN(time)
      ? undefined
      : Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  };
  return {
    write(at) {
      const parts = partsOf(at);
      if (parts === undefined) return at;
      return `${dateIn(texts, style, parts)}${style === "long" ? texts.at : " "}${clockOf(parts)}${zone}`;
    },
    clock(at) {
      const parts = partsOf(at);
      return parts === undefined ? at : clockOf(parts);
    },
  };
}

const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};

type Parts = Readonly<Record<string, string>>;

function dateIn({ date }: Texts, style: DateStyle, { year, month, day }: Parts): string {
  return style === "iso" ? `${year}-${month}-${day}` : date(style, Number(year), Number(month), Number(day));
}

const clockOf = ({ hour, minute }: Parts): string => `${hour}:${minute}`;
