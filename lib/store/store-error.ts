export type StoreErrorCode =
  | "not-a-file" // the path is a directory
  | "no-folder" // the folder of the path does not exist
  | "no-permission" // the file, the folder or the table may not be read or written
  | "not-a-database" // a file of some other format, or the database of some other program
  | "newer-version" // written by a newer Jobbell
  | "locked" // another process kept the database locked for too long
  | "disk-full"
  | "damaged" // the database, or one row of it, cannot be read
  | "not-installed" // a package that the store needs is not there
  | "no-table" // DynamoDB has no such table
  | "throttled" // DynamoDB wants a slower pace, after all retries
  | "too-large" // more than one transaction or one row can hold
  | "closed"
  | "unavailable"; // anything else: the cause says more

/** Why nothing could be remembered. The message is one line, says what to do, and may name the state file or the table. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }
}
