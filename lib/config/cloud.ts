import { authReferences } from "./auth.ts";
import type { AuthConfig, ClusterConfig, Config, ReceiverConfig, Reference } from "./model.ts";
import { inOrder, type Place, type Problem } from "./problem.ts";
import { receiverReferences } from "./receivers.ts";
import { type Part, parseReferences } from "./references.ts";
import { writtenSecrets } from "./warnings.ts";

/** What a function asks AWS for: names of parameters and secrets, each once, in order. */
export interface CloudSecrets {
  /** Names of parameters of SSM. */
  readonly ssm: readonly string[];
  /** Names or ARNs of secrets of Secrets Manager. */
  readonly secretsManager: readonly string[];
}

/** A line for each part of a configuration that works on one machine and not in a function: its files, its environment, and secrets that would stand in the function's package. */
export function cloudProblems(config: Config): readonly Problem[] {
  const everything = [
    ...config.clusters.flatMap(referencesOfCluster),
    ...config.receivers.flatMap(referencesOfReceiver),
  ];
  return inOrder([
    ...config.clusters.flatMap(problemsOfCluster),
    ...everything.flatMap(problemsOfReference),
    ...writtenSecrets(config).flatMap(({ key, reference }) => problem(reference.at, `${key}: ${NO_LITERALS}`)),
  ]);
}

/** What the function that reads clusters, and the ones that post to receivers, ask for. */
export function cloudSecrets(config: Config): { readonly clusters: CloudSecrets; readonly receivers: CloudSecrets } {
  return {
    clusters: namesIn(config.clusters.flatMap(referencesOfCluster)),
    receivers: namesIn(config.receivers.flatMap(referencesOfReceiver)),
  };
}

/** What functions publish to: ARNs of topics, and buses by name or ARN with their region where it is not the functions' own. */
export interface CloudTargets {
  readonly topics: readonly string[];
  readonly buses: readonly { readonly bus: string; readonly region?: string }[];
}

/** What the functions that post to receivers publish to, each once, in order. */
export function cloudTargets({ receivers }: Config): CloudTargets {
  const topics = receivers.flatMap((receiver) => (receiver.type === "sns" ? [receiver.topicArn] : []));
  const buses = receivers.flatMap((receiver) => {
    if (receiver.type !== "eventbridge") return [];
    const { bus, region } = receiver;
    return [JSON.stringify(region === undefined ? { bus } : { bus, region })];
  });
  return { topics: once(topics), buses: once(buses).map((bus) => JSON.parse(bus)) };
}

const NO_LITERALS = "this secret stands in the file, and would stand in the function's package: use ${ssm:/name}";
const NO_KUBECONFIG = "a function has no kubeconfig: give server and auth";
const NO_POD = "a function runs in no cluster: give server and auth";
const NO_METADATA_SERVER =
  "a function of AWS has no metadata server of Google: use serviceAccountKey with ${ssm:/name}";
const NO_MANAGED_IDENTITY = "a function of AWS has no managed identity of Azure: use tenant, clientId and clientSecret";
const NO_TOKEN_FILE = "a function has no such file: use token with ${ssm:/name}";

/** What a function lacks, by scheme. */
const LACKS: Readonly<Record<string, string>> = {
  env: "a function has no such environment variable: use ${ssm:/name}",
  file: "a function has no such file: use ${ssm:/name}",
};

function problemsOfCluster(cluster: ClusterConfig): readonly Problem[] {
  switch (cluster.from) {
    case "kubeconfig":
      return problem(cluster.at, NO_KUBECONFIG);
    case "inCluster":
      return problem(cluster.at, NO_POD);
    case "server":
      return problemsOfAuth(cluster.auth);
    default:
      return cluster satisfies never;
  }
}

function problemsOfAuth(auth: AuthConfig): readonly Problem[] {
  switch (auth.type) {
    case "tokenFile":
      return problem(auth.path.at, NO_TOKEN_FILE);
    case "gkeMetadata":
      return problem(auth.at, NO_METADATA_SERVER);
    case "aksIdentity":
      return problem(auth.at, NO_MANAGED_IDENTITY);
    default:
      return [];
  }
}

function problemsOfReference({ text, at }: Reference): readonly Problem[] {
  return partsOf(text).flatMap((part) => {
    const lack = "scheme" in part ? LACKS[part.scheme] : undefined;
    return lack !== undefined && "scheme" in part ? problem(at, `\${${part.scheme}:${part.name}}: ${lack}`) : [];
  });
}

function problem(at: Place, message: string): readonly Problem[] {
  return [{ ...at, message }];
}

function referencesOfCluster(cluster: ClusterConfig): readonly Reference[] {
  if (cluster.from !== "server") return [];
  const { server, auth, tls, proxy } = cluster;
  const optional = [tls.ca, proxy].filter((reference) => reference !== undefined);
  return [server, ...optional, ...referencesOfAuth(auth)];
}

function referencesOfAuth(auth: AuthConfig): readonly Reference[] {
  // Complained of as a whole.
  return auth.type === "tokenFile" ? [] : authReferences(auth).map(({ reference }) => reference);
}

function referencesOfReceiver(receiver: ReceiverConfig): readonly Reference[] {
  return receiverReferences(receiver).map(({ reference }) => reference);
}

function namesIn(references: readonly Reference[]): CloudSecrets {
  const parts = references.flatMap(({ text }) => partsOf(text));
  const named = (scheme: string) =>
    parts.flatMap((part) => ("scheme" in part && part.scheme === scheme ? [part.name.split("#")[0] ?? ""] : []));
  return { ssm: once(named("ssm")), secretsManager: once(named("secretsmanager")) };
}

/** A text that was checked before: its syntax is right. */
function partsOf(text: string): readonly Part[] {
  const parsed = parseReferences(text);
  return "parts" in parsed ? parsed.parts : [];
}

function once(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
