import { type AwsKeys, awsKeysIn } from "#signing/aws-signature";

/** Keys to sign with, or in one line why there are none. */
export type AwsCredentials = () => Promise<AwsKeys | { readonly complaint: string }>;

type Chain = () => Promise<AwsKeys>;

const NONE = "no AWS credentials: sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
const NOT_INSTALLED =
  "no AWS credentials in the environment, and profiles need a package that is not installed: npm install @aws-sdk/credential-provider-node";

/**
 * Credentials as every tool of AWS finds them: the environment's keys, as in a function, or else a profile, a sign-in
 * or a machine's role. What finds the latter is a package that is loaded on first use, and that need not be installed.
 */
export function awsCredentials(
  env: Readonly<Record<string, string | undefined>>,
  loadChain: () => Promise<Chain> = loadDefaultChain,
): AwsCredentials {
  let loaded: Promise<Chain> | undefined;
  return async () => {
    // A profile that is named goes before keys, as it does for the SDK.
    const keys = env.AWS_PROFILE ? undefined : awsKeysIn(env);
    if (keys !== undefined) return keys;
    try {
      loaded ??= loadChain();
      return await (await loaded)();
    } catch (error) {
      loaded = undefined;
      return { complaint: complaintOf(error) };
    }
  };
}

// It keeps what it found, and renews it before it ends.
async function loadDefaultChain(): Promise<Chain> {
  return (await import("@aws-sdk/credential-provider-node")).defaultProvider();
}

function complaintOf(error: unknown): string {
  const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
  return isMissing ? NOT_INSTALLED : NONE;
}
