import type { Credentials } from "../access.ts";

/** No headers: for a client certificate that stands in `tls`, or for nobody. */
export function noCredentials(): Credentials {
  return fixedHeaders({});
}

/** The same headers each time. */
export function fixedHeaders(headers: Readonly<Record<string, string>>): Credentials {
  const proof = Promise.resolve({ headers });
  return { current: () => proof, renew: () => false };
}
