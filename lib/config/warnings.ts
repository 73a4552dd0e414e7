import { authReferences } from "./auth.ts";
import type { ClusterConfig, Config, ReceiverConfig, Reference } from "./model.ts";
import { inOrder, type Problem } from "./problem.ts";
import { receiverReferences } from "./receivers.ts";
import { literalOf } from "./references.ts";

/** A line for each secret that stands in the file itself. */
export function warningsOf(config: Pick<Config, "clusters" | "receivers">): readonly Problem[] {
  return inOrder(
    writtenSecrets(config).map(({ key, reference }) => ({ ...reference.at, message: `${key}: ${ADVICE}` })),
  );
}

/** The secrets that stand in the file itself, under their keys. */
export function writtenSecrets({ clusters, receivers }: Pick<Config, "clusters" | "receivers">): readonly Secret[] {
  const secrets = [...clusters.flatMap(secretsOfCluster), ...receivers.flatMap(secretsOfReceiver)];
  return secrets.filter(({ reference }) => literalOf(reference.text) !== undefined);
}

const ADVICE = "this secret stands in the file, use ${env:NAME}, ${file:path}, ${ssm:/name} or ${secretsmanager:name}";

interface Secret {
  readonly key: string;
  readonly reference: Reference;
}

function secretsOfCluster(cluster: ClusterConfig): readonly Secret[] {
  const auth = cluster.from === "server" ? authReferences(cluster.auth).filter(({ secret }) => secret) : [];
  // An address without a password is none.
  const proxy = cluster.proxy?.text.includes("@") ? [{ key: "proxy", reference: cluster.proxy }] : [];
  return [...auth, ...proxy];
}

function secretsOfReceiver(receiver: ReceiverConfig): readonly Secret[] {
  return receiverReferences(receiver).filter(({ secret }) => secret);
}
