/** Stands in a bundle for the SDK's retries at an adaptive rate, which nobody turns on: 3 kB. */
export class AdaptiveRetryStrategy {
  constructor() {
    throw new Error("a function retries at no adaptive rate");
  }
}
