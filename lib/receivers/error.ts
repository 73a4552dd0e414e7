export type ReceiverErrorCode =
  | "bad-address" // not a URL that can be posted to
  | "bad-secret"; // not a secret that can sign

/** Why a receiver cannot be made. One line that names the receiver and says what to do, never its address or its secret. */
export class ReceiverError extends Error {
  override readonly name = "ReceiverError";
  readonly code: ReceiverErrorCode;
  readonly receiver: string;

  // No cause: what a URL or base64 parser throws quotes its input, and here the input is the secret.
  constructor(code: ReceiverErrorCode, receiver: string, problem: string) {
    super(`receiver ${receiver}: ${problem}`);
    this.code = code;
    this.receiver = receiver;
  }
}
