/** One of several ways to say a thing in a map: keys that belong together, and keys that may join them. */
interface Way {
  readonly keys: readonly [string, ...string[]];
  readonly also?: readonly string[];
}

/** A map that says one thing in one of several ways. */
export interface Choice {
  /** With its article: `a cluster`. */
  readonly noun: string;
  readonly ways: readonly Way[];
}

/** How a cluster is reached. A new way is a line here, its keys in the schema, and a case where the configuration is built. */
export const CLUSTER_CHOICE: Choice = {
  noun: "a cluster",
  ways: [
    { keys: ["server", "auth"], also: ["tls", "provider", "proxy", "timeouts", "http2"] },
    // The address follows from the region.
    { keys: ["region", "provider", "auth"], also: ["tls", "proxy", "timeouts", "http2"] },
    { keys: ["kubeconfig"], also: ["context", "provider", "proxy", "timeouts", "http2"] },
    { keys: ["inCluster"], also: ["timeouts", "http2"] },
  ],
};

/** Who Jobbell is for a cluster. */
export const AUTH_CHOICE: Choice = {
  noun: "auth",
  ways: [
    { keys: ["token"] },
    { keys: ["tokenFile"] },
    { keys: ["clientCertificate", "clientKey"] },
    { keys: ["eks"] },
    { keys: ["gke"] },
    { keys: ["aks"] },
    { keys: ["huaweiToken"] },
    { keys: ["huaweiKey"] },
  ],
};

/** Where Google's tokens come from. */
export const GKE_CHOICE: Choice = {
  noun: "gke",
  ways: [{ keys: ["serviceAccountKey"] }, { keys: ["metadataServer"] }],
};

/** Where Entra ID's tokens come from. */
export const AKS_CHOICE: Choice = {
  noun: "aks",
  ways: [
    { keys: ["clientSecret", "clientId", "tenant"], also: ["authority"] },
    { keys: ["managedIdentity"], also: ["clientId"] },
  ],
};

/** What a receiver is. */
export const RECEIVER_CHOICE: Choice = {
  noun: "a receiver",
  ways: [
    { keys: ["slack"], also: ["messages", "quiet"] },
    { keys: ["teams"], also: ["messages", "quiet"] },
    { keys: ["discord"], also: ["messages", "quiet"] },
    { keys: ["pagerduty"], also: ["messages", "quiet"] },
    { keys: ["webhook"], also: ["quiet"] },
    { keys: ["sns"], also: ["quiet"] },
    { keys: ["eventbridge"], also: ["quiet"] },
  ],
};

/** What a rule over time looks at. */
export const RULE_CHOICE: Choice = {
  noun: "a rule",
  ways: [
    { keys: ["pendingFor"], also: ["match", "exclude"] },
    { keys: ["suspendedFor"], also: ["match", "exclude"] },
    { keys: ["runningFor"], also: ["match", "exclude"] },
    { keys: ["restarts"], also: ["match", "exclude"] },
  ],
};

/** How messages come into Slack. */
export const SLACK_CHOICE: Choice = {
  noun: "slack",
  ways: [
    { keys: ["webhookUrl"], also: ["allowInsecure", "allowPrivate", "digestAbove"] },
    { keys: ["token", "channel"], also: ["style", "digestAbove"] },
  ],
};

/** What is wrong with the keys of a map: with one of them, or, where `key` is absent, with what they lack. */
export interface Complaint {
  readonly key?: string;
  readonly message: string;
}

/** Holds that the keys of a map make exactly one of the ways, and that it is whole. */
export function checkChoice(present: readonly string[], { noun, ways }: Choice): readonly Complaint[] {
  const begun = ways.filter((way) => way.keys.some((key) => present.includes(key)));
  const chosen = begun.find((way) => present.includes(way.keys[0])) ?? begun[0];
  if (chosen === undefined) return [{ message: `${noun} needs ${ways.map(nameOf).join(" or ")}` }];
  const missing = chosen.keys.filter((key) => !present.includes(key));
  const own = keysOf(chosen);
  const others = new Set(ways.flatMap(keysOf).filter((key) => !own.includes(key)));
  return [
    ...missing.map((key) => ({ message: `missing key "${key}"` })),
    ...[...others]
      .filter((key) => present.includes(key))
      .map((key) => ({ key, message: `"${key}" does not go with "${chosen.keys[0]}"` })),
  ];
}

/** The same in JSON Schema, for editors. */
export function oneOf({ ways }: Choice): { readonly oneOf: readonly { readonly required: readonly string[] }[] } {
  return { oneOf: ways.map((way) => ({ required: way.keys })) };
}

function keysOf({ keys, also = [] }: Way): readonly string[] {
  return [...keys, ...also];
}

function nameOf({ keys }: Way): string {
  return keys.map((key) => `"${key}"`).join(" with ");
}
