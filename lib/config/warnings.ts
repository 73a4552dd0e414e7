import type { ClusterConfig, Config, ReceiverConfig, Reference } from "./model.ts";
import { inOrder, type Problem } from "./problem.ts";
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
  if (cluster.from !== "server") return [];
  switch (cluster.auth.type) {
    case "token":
      return [{ key: "token", reference: cluster.auth.token }];
    case "clientCertificate":
      return [{ key: "clientKey", reference: cluster.auth.key }];
    case "tokenFile":
      return [];
    default:
      return cluster.auth satisfies never;
  }
}

function secretsOfReceiver(receiver: ReceiverConfig): readonly Secret[] {
  switch (receiver.type) {
    case "slack":
      return [{ key: "webhookUrl", reference: receiver.webhookUrl }];
    case "webhook":
      return receiver.secrets.map((reference) => ({ key: "secret", reference }));
    default:
      return receiver satisfies never;
  }
}
