/** A request that got no answer for a reason that says little about the server: perhaps to be sent again. `cause` is what happened. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  /** `untouched`: by the protocol's own word nobody has looked at it; `http1`: the same, and HTTP/1.1 is wanted; `unknown`: it was sent on a kept connection that had ended, or that has had enough. */
  readonly fate: "untouched" | "http1" | "unknown";

  constructor(fate: Unanswered["fate"], cause: unknown) {
    super(fate, { cause });
    this.fate = fate;
  }
}

/** As Node reports a connection that ended. */
export function resetError(): Error {
  return Object.assign(new Error("the connection ended"), { code: "ECONNRESET" });
}
