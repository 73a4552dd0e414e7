import type { Outcome } from "./receiver.ts";

/** What an error of AWS means for a delivery. */
type Meaning = "throttled" | "passes" | "expired" | "denied" | "missing" | "invalid" | "keys" | "encryption";

/** The words of one service: what a policy must allow, and what must exist. */
export interface AwsWords {
  /** `Amazon SNS`. */
  readonly service: string;
  /** `sns:Publish`. */
  readonly action: string;
  /** `topic`. */
  readonly target: string;
}

/** Not a code of AWS: its answer broke off, and whether the event was taken stands in what is missing. */
export const UNREADABLE = "UnreadableAnswer";

// The codes of docs.aws.amazon.com: SNS, API_Publish; EventBridge, API_PutEventsResultEntry; CommonErrors of both; and
// of signing. A client throws some of them with `Exception` at the end, and some are sent so.
const MEANINGS: Readonly<Record<string, Meaning>> = {
  Throttled: "throttled",
  Throttling: "throttled",
  ThrottlingFailure: "throttled",
  RequestThrottled: "throttled",
  TooManyRequests: "throttled",
  KMSThrottling: "throttled",
  InternalError: "passes",
  InternalFailure: "passes",
  Internal: "passes",
  ServiceUnavailable: "passes",
  [UNREADABLE]: "passes",
  ExpiredToken: "expired",
  RequestExpired: "expired",
  RequestTimeTooSkewed: "expired",
  AccessDenied: "denied",
  AuthorizationError: "denied",
  NotAuthorized: "denied",
  NotAuthorizedForSource: "denied",
  NotAuthorizedForDetailType: "denied",
  NotFound: "missing",
  ResourceNotFound: "missing",
  InvalidArgument: "invalid",
  InvalidParameter: "invalid",
  InvalidParameterValue: "invalid",
  ParameterValueInvalid: "invalid",
  MalformedDetail: "invalid",
  Validation: "invalid",
  ValidationError: "invalid",
  IncompleteSignature: "keys",
  InvalidAccountId: "keys",
  InvalidClientTokenId: "keys",
  InvalidSecurity: "keys",
  InvalidSignature: "keys",
  MissingAuthenticationToken: "keys",
  OptInRequired: "keys",
  SignatureDoesNotMatch: "keys",
  UnrecognizedClient: "keys",
  KMSAccessDenied: "encryption",
  KMSDisabled: "encryption",
  KMSInvalidState: "encryption",
  KMSNotFound: "encryption",
  KMSOptInRequired: "encryption",
};

/** What an error's code means for a delivery; `undefined` for a code that is not known: then the status decides. */
export function outcomeOfCode(code: string, words: AwsWords): Outcome | undefined {
  const meaning = Object.hasOwn(MEANINGS, plain(code)) ? MEANINGS[plain(code)] : undefined;
  if (meaning === undefined) return undefined;
  const reason = `${words.service}: ${inWords(meaning, words)} (${code})`;
  switch (meaning) {
    case "throttled":
      return { state: "retry", reason, throttled: true };
    // Credentials that have run out are renewed by whoever gave them, or by the next sign-in.
    case "passes":
    case "expired":
      return { state: "retry", reason };
    case "denied":
    case "missing":
    case "invalid":
    case "keys":
    case "encryption":
      return { state: "dead", reason };
    default:
      return meaning satisfies never;
  }
}

function plain(code: string): string {
  return code.replace(/Exception$/, "");
}

function inWords(meaning: Meaning, { action, target }: AwsWords): string {
  const words: Readonly<Record<Meaning, string>> = {
    throttled: "it wants a slower pace",
    passes: "it is in trouble",
    expired: "the credentials have run out, or this machine's clock is wrong; sign in again, or set the clock",
    denied: `access denied; allow ${action} on the ${target}`,
    missing: `there is no such ${target}; check its name, account and region`,
    invalid: `it does not accept the request; check the ${target}, and report this where it is right`,
    keys: "it does not accept the credentials; renew them",
    encryption: `the key that encrypts the ${target} cannot be used; look at it in KMS`,
  };
  return words[meaning];
}
