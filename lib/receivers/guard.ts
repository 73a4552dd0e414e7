import { isIP, type LookupFunction, type Socket } from "node:net";

// Not imported, for the reason that post.ts gives.
const dns = process.getBuiltinModule("node:dns");

/** Whether nothing may be sent to an IP address. */
export type Refuses = (address: string) => boolean;

/** The code of the error where there is no other address. It does not name the one that there is. */
export const REFUSED = "EREFUSEDADDRESS";

function refused(): NodeJS.ErrnoException {
  return Object.assign(new Error("the address is refused"), { code: REFUSED });
}

/** Looks a name up, and answers those addresses that are not refused: no other one is tried, whatever the name says next time. */
export function guardedLookup(refuses: Refuses, lookup: LookupFunction = dns.lookup as LookupFunction): LookupFunction {
  return (host, options, found) =>
    lookup(host, options, (error, answer, family) => {
      if (error) return found(error, answer, family);
      const allowed = typeof answer === "string" ? answer : answer.filter(({ address }) => !refuses(address));
      const isRefused = typeof allowed === "string" ? refuses(allowed) : allowed.length < answer.length && !allowed[0];
      return isRefused ? found(refused(), "") : found(null, allowed, family);
    });
}

/** Whether a URL's host is itself an address that is refused: such a one is not looked up. */
export function isRefusedLiteral(url: URL, refuses: Refuses): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) !== 0 && refuses(host);
}

/** Ends a connection to a refused address, before it carries a byte, TLS's included. To be called before the request is written. */
export function guardSocket(socket: Socket, refuses: Refuses): void {
  const check = () => {
    // It has none where the connection broke right away: it will say so itself.
    if (socket.remoteAddress !== undefined && refuses(socket.remoteAddress)) socket.destroy(refused());
  };
  // What else waits for the connection begins to write at once.
  if (socket.connecting) socket.prependOnceListener("connect", check);
  else check();
}
