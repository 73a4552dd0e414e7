import type { Answer } from "../references.ts";

/** A store of secrets answers in 20 to 200 ms. Without the last line the SDK only warns, and waits on. */
export const CLIENT_OPTIONS = {
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** Asks AWS, and says in one line why there is no answer. `action` is what a policy must allow. */
export async function askAws(action: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    return { complaint: complaintOf(error instanceof Error ? error : new Error("unknown"), action) };
  }
}

const NOT_FOUND = "not found in this account and region";
const RENEW = "AWS does not accept the credentials: renew them";
const UNDECRYPTABLE = "cannot be decrypted: look at its KMS key";

/** The names of the errors, as the two services and the chain of credentials throw them. */
const COMPLAINTS: Readonly<Record<string, string>> = {
  ParameterNotFound: NOT_FOUND,
  ParameterVersionNotFound: "this version is not found",
  ResourceNotFoundException: NOT_FOUND,
  DecryptionFailure: UNDECRYPTABLE,
  InvalidKeyId: UNDECRYPTABLE,
  UnrecognizedClientException: RENEW,
  InvalidClientTokenId: RENEW,
  InvalidSignatureException: RENEW,
  ExpiredTokenException: RENEW,
  CredentialsProviderError:
    "no AWS credentials: sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  ThrottlingException: "AWS wants a slower pace: try again",
  ValidationException: "this is not a valid name",
};

function complaintOf(error: Error, action: string): string {
  if (error.name === "AccessDeniedException") return denied(error, action);
  if ("code" in error && error.code === "ERR_MODULE_NOT_FOUND") return notInstalled(error.message);
  if (error.message === "Region is missing") return "no AWS region: set AWS_REGION";
  return COMPLAINTS[error.name] ?? unforeseen(error);
}

/** The clients are 25 MB that most installations have no use for, so the package leaves it to its user to add them. */
function notInstalled(message: string): string {
  const [client = "the AWS SDK's client"] = /@aws-sdk\/[a-z-]+/.exec(message) ?? [];
  return `needs a package that is not installed: npm install ${client}`;
}

/** Both services refuse with the same name for themselves and for the key that encrypts the value. */
function denied(error: Error, action: string): string {
  return /kms|ciphertext/i.test(error.message)
    ? "access denied: allow kms:Decrypt on its key"
    : `access denied: allow ${action}`;
}

/** An answer has metadata; what has none never came from AWS. The message is left out: it may hold an address. */
function unforeseen(error: Error): string {
  if ("$response" in error) return `AWS answered ${error.name}`;
  const code = "code" in error ? String(error.code) : error.name;
  return `AWS cannot be reached (${code}): look at the network and the region`;
}
