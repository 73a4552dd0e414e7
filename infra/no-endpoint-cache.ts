/** Stands in a bundle for the cache of the SDK's endpoint discovery, which is off: 8 kB. */
export class EndpointCache {
  get(): never {
    throw new Error("a function discovers no endpoints");
  }
}
