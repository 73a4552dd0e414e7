import { ReceiverError } from "./error.ts";

/** Parses where a receiver listens, or throws a `bad-address` {@link ReceiverError} that does not quote it. */
export function parseAddress(receiver: string, address: string): URL {
  const url = URL.parse(address);
  if (url === null)
    throw new ReceiverError("bad-address", receiver, "its URL cannot be parsed; check the configuration");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new ReceiverError("bad-address", receiver, "its URL must begin with https:// or http://");
  return url;
}
