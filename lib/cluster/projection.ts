import type { Fields } from "#jobs/kinds/reader";
import { type Scan, scan, startScan } from "./scan.ts";

/** What is wanted of a value: all of it, or of its parts those with these names, and what of the others. */
type Wanted = "all" | { readonly named: readonly Named[]; readonly other: Wanted | undefined };

interface Named {
  /** As it is written, in quotes. */
  readonly name: Buffer;
  readonly wanted: Wanted;
}

/** An object or array of which parts are wanted. */
interface Container {
  readonly wanted: Exclude<Wanted, "all">;
  readonly isArray: boolean;
  isEmpty: boolean;
}

/** What the next byte belongs to. */
type Place = "container" | "name" | "colon" | "kept" | "dropped";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_ARRAY, CLOSE_ARRAY] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const SPACE = 0x20;
const NOTHING = Buffer.alloc(0);

/**
 * Keeps of a JSON document, which comes piece by piece, what is wanted of it. Half of a listed job are managedFields, and
 * most of the rest are templates of pods: not to parse them saves most of the time and nearly all of the memory of a list.
 * What is left out is not checked to be JSON; what is kept is as broken as it came. Names are compared as they are
 * written: no server escapes the letters of a field's name.
 */
export class Projection {
  readonly #containers: Container[] = [];
  #kept = Buffer.allocUnsafe(65_536);
  #size = 0;
  #place: Place = "container";
  #isBegun = false;
  /** What the chunks before had of a name. */
  #name = NOTHING;
  #value: Scan = startScan();
  /** Of the value that comes next. */
  #wanted: Wanted | undefined;

  constructor(fields: Fields) {
    this.#wanted = wantedOf(fields);
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.#read(chunk, at);
  }

  /** What was kept. No JSON where nothing but the beginning of a document came. */
  text(): string {
    return this.#kept.toString("utf8", 0, this.#size);
  }

  /** Reads on from a byte; answers with the next one to read. */
  #read(chunk: Buffer, at: number): number {
    switch (this.#place) {
      case "container":
        return this.#readContainer(chunk, at);
      case "name":
        return this.#readName(chunk, at);
      case "colon":
        return chunk[at] === COLON || isSpace(chunk[at]) ? at + 1 : this.#beginValue(chunk, at);
      case "kept":
      case "dropped":
        return this.#readValue(chunk, at);
      default:
        return this.#place satisfies never;
    }
  }

  #readContainer(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    if (isSpace(byte)) return at + 1;
    if (!this.#isBegun) return this.#beginValue(chunk, at);
    const top = this.#containers.at(-1);
    if (byte === COMMA && top !== undefined) return at + 1;
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      this.#containers.pop();
      return this.#keep(chunk, at, at + 1);
    }
    if (top?.isArray) {
      this.#wanted = top.wanted;
      this.#separate(top);
      return this.#beginValue(chunk, at);
    }
    // Kept, so that whoever parses it finds it wrong.
    if (byte !== QUOTE) return this.#keep(chunk, at, at + 1);
    this.#place = "name";
    this.#value = startScan();
    return at;
  }

  #readName(chunk: Buffer, at: number): number {
    const end = scan(this.#value, chunk, at);
    const isOver = this.#value.state === "over";
    if (this.#name === NOTHING && isOver) this.#endName(chunk, at, end);
    else {
      this.#name = Buffer.concat([this.#name, chunk.subarray(at, end)]);
      if (isOver) this.#endName(this.#name, 0, this.#name.length);
    }
    return end;
  }

  #endName(bytes: Buffer, start: number, end: number): void {
    const top = this.#containers.at(-1);
    this.#wanted = top && partOf(top.wanted, bytes, start, end);
    if (top !== undefined && this.#wanted !== undefined) {
      this.#separate(top);
      this.#keep(bytes, start, end);
      this.#keep(COLONS, 0, 1);
    }
    this.#name = NOTHING;
    this.#place = "colon";
  }

  #separate(top: Container): void {
    if (!top.isEmpty) this.#keep(COMMAS, 0, 1);
    top.isEmpty = false;
  }

  #beginValue(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    const wanted = this.#wanted;
    this.#isBegun = true;
    const isArray = byte === OPEN_ARRAY;
    // An array of arrays is not what anybody wants parts of.
    const isOpened = byte === OPEN_OBJECT || (isArray && !this.#containers.at(-1)?.isArray);
    if (isOpened && typeof wanted === "object") {
      this.#containers.push({ wanted, isArray, isEmpty: true });
      this.#place = "container";
      return this.#keep(chunk, at, at + 1);
    }
    this.#place = wanted === undefined ? "dropped" : "kept";
    this.#value = startScan();
    return at;
  }

  #readValue(chunk: Buffer, at: number): number {
    const end = scan(this.#value, chunk, at);
    if (this.#place === "kept") this.#keep(chunk, at, end);
    if (this.#value.state === "over") this.#place = "container";
    return end;
  }

  #keep(bytes: Buffer, start: number, end: number): number {
    const size = this.#size + end - start;
    if (size > this.#kept.length) {
      const larger = Buffer.allocUnsafe(2 * size);
      this.#kept.copy(larger, 0, 0, this.#size);
      this.#kept = larger;
    }
    bytes.copy(this.#kept, this.#size, start, end);
    this.#size = size;
    return end;
  }
}

const COLONS = Buffer.from(":");
const COMMAS = Buffer.from(",");

function isSpace(byte = SPACE): boolean {
  return byte <= SPACE;
}

function wantedOf(fields: Fields): Wanted {
  if (fields === true) return "all";
  const { "*": other, ...rest } = fields;
  const named = Object.entries(rest).map(([name, part]) => ({
    name: Buffer.from(JSON.stringify(name)),
    wanted: wantedOf(part),
  }));
  return { named, other: other && wantedOf(other) };
}

function partOf({ named, other }: Container["wanted"], bytes: Buffer, start: number, end: number): Wanted | undefined {
  for (const { name, wanted } of named) {
    if (name.length === end - start && name.compare(bytes, start, end) === 0) return wanted;
  }
  return other;
}
