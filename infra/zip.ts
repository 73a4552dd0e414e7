import { zipSync } from "fflate";

// The first time that a zip can hold, in whatever time zone this machine is.
const WHEN = new Date(1980, 0, 1, 0, 0, 0);

/** A zip of these files. The same files make the same bytes, whenever and wherever it is made. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  // 0o644: Lambda runs as another user than the one that owns the files.
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: WHEN, os: 3, attrs: 0o100644 << 16 });
}
