/** Stands in a bundle for SHA-256 in JavaScript, for where node:crypto has none: 3 kB. */
export class Sha256Js {
  constructor() {
    throw new Error("node:crypto has no sha256");
  }
}
