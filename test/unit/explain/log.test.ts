import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitted } from "#explain/fitted";
import { linesOf } from "#explain/log";
import { signalOf } from "#explain/signal";

const bytes = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);

const ROWS: readonly (readonly [why: string, log: Buffer, shown: readonly string[]])[] = [
  ["empty lines say nothing", bytes("a\n\n  \nb\n"), ["a", "b"]],
  ["a progress bar is what a terminal shows of it at the end", bytes("1%\r50%\r100%\r\nok\r\n"), ["100%", "ok"]],
  ["colours are taken out whole", bytes("\u001b[1;31mERROR\u001b[0m \u001b]0;title\u0007x"), ["ERROR x"]],
  ["a line begins where it began", bytes("Traceback:\n  File x\n\tat y\n"), ["Traceback:", "  File x", " at y"]],
  ["what has a NUL is no text", bytes("a\nELF\0\u0001\nb"), ["a", "b"]],
  ["what is no UTF-8 is no text", Buffer.concat([bytes("a\n"), Buffer.alloc(64, 0xff), bytes("\nb")]), ["a", "b"]],
  ["all of it binary is no log", Buffer.alloc(2000, 0xfe), []],
  [
    "half a letter where the log was cut is no harm",
    bytes("é is a letter of French").subarray(1),
    ["? is a letter of French"],
  ],
  [
    "a letter of Latin-1 is no harm",
    bytes("das Verzeichnis f\u00fcr die Daten fehlt", "latin1"),
    ["das Verzeichnis f?r die Daten fehlt"],
  ],
  ["Chinese stays", bytes("显存不足"), ["显存不足"]],
];

describe("the lines of a log", () => {
  test.each(ROWS)("%s", (_why, log, shown) => {
    expect(linesOf(log)).toEqual(shown);
  });

  test("are the last twenty", () => {
    const lines = Array.from({ length: 30 }, (_, line) => `line ${line}`);
    expect(linesOf(lines.join("\n"))).toEqual(lines.slice(10));
  });

  test("are safe and small, whatever a program writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (log) => {
        const lines = linesOf(log);
        expect(lines.length).toBeLessThanOrEqual(20);
        expect(Buffer.byteLength(lines.join("\n"))).toBeLessThanOrEqual(4096);
        expect(lines.join("")).not.toMatch(/\p{Cc}|\ufffd/u);
      }),
    );
  });
});

test("an explanation has at most 8 kB: the beginning of its log goes first, then all of it", () => {
  const quotes = Array.from({ length: 20 }, (_, line) => `${line}${'"'.repeat(300)}`);
  const { log = [] } = fitted({ pod: "p", log: quotes });
  expect(log.at(-1)).toBe(quotes.at(-1));
  expect(log.length).toBeGreaterThan(8);
  expect(Buffer.byteLength(JSON.stringify({ pod: "p", log }))).toBeLessThanOrEqual(8192);
  expect(fitted({ pod: "p", log: ['"'.repeat(9000)] })).toEqual({ pod: "p" });
});

const SIGNALS: readonly (readonly [exitCode: number, signal: number | undefined, name: string | undefined])[] = [
  [137, undefined, "SIGKILL"],
  [143, undefined, "SIGTERM"],
  [139, undefined, "SIGSEGV"],
  [134, undefined, "SIGABRT"],
  [0, 9, "SIGKILL"],
  [137, 0, "SIGKILL"],
  [1, undefined, undefined],
  [128, undefined, undefined],
  [255, undefined, undefined],
];

test.each(SIGNALS)("a container that ended with %s (signal %s) ended by %s", (exitCode, signal, name) => {
  expect(signalOf({ exitCode, signal })).toBe(name);
});
