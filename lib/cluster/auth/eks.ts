import { awsKeysIn, presignAws } from "#signing/aws-signature";
import type { Credentials } from "../access.ts";
import { ClusterError } from "../cluster.ts";
import { bearer, cached } from "./cached.ts";

export interface EksOptions {
  /** What errors name. */
  readonly cluster: string;
  /** The cluster's name in EKS: a token is for this one only. */
  readonly eksCluster: string;
  /** Where absent, that of the environment. */
  readonly region: string | undefined;
  /** Looked at each time that a token is made: AWS_ACCESS_KEY_ID and the other variables of every SDK of AWS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

// STS takes what was signed for 15 minutes, whatever it says of its end.
const VALID_MS = 14 * 60_000;

/**
 * Tokens of EKS, as `aws eks get-token` makes them: a request to STS, signed and not sent, which the cluster sends to
 * learn who asks. Nothing goes over the network here. Source: kubernetes-sigs/aws-iam-authenticator.
 */
export function eksToken({ now = Date.now, ...options }: EksOptions): Credentials {
  return cached(now, async () => {
    const at = now();
    const url = presign(options, at);
    return bearer(`k8s-aws-v1.${Buffer.from(url.href).toString("base64url")}`, at + VALID_MS);
  });
}

function presign({ cluster, eksCluster, region: given, env }: Omit<EksOptions, "now">, at: number): URL {
  const region = given || env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (region === undefined) throw lacking(cluster, "no AWS region: set auth.eks.region or AWS_REGION");
  const keys = awsKeysIn(env);
  if (keys === undefined)
    throw lacking(cluster, "no AWS keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a kubeconfig");
  const host = `sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  // Authenticators before 0.3 take no end later than after a minute.
  const url = new URL(`https://${host}/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60`);
  return presignAws(keys, { service: "sts", region, at }, { url, headers: { "x-k8s-aws-id": eksCluster } });
}

function lacking(cluster: string, what: string): ClusterError {
  return new ClusterError(
    "credentials",
    cluster,
    `cluster "${cluster}" needs credentials: the environment has ${what}`,
  );
}
