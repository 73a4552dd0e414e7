/** What goes wrong on this side of the wire. What Node itself reports keeps Node's own codes. */
export type FaultCode =
  | "connect-timeout"
  | "headers-timeout"
  | "idle-timeout"
  | "proxy-timeout"
  | "proxy-unreachable"
  | "proxy-refused" // the limit is the status of its answer
  | "too-large" // more bytes than the caller wants
  | "encoding"; // a content-encoding that was not asked for

/** An exchange that was given up. `limit` is what was exceeded: milliseconds, or bytes. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly limit: number;

  constructor(code: FaultCode, limit: number) {
    super(code);
    this.code = code;
    this.limit = limit;
  }
}
