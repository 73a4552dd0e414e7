import * as z from "zod";

// Only what is read: a kubeconfig holds extensions of many tools. An empty text says what an absent one says.
const Text = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const Flag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false);

/** Where a cluster is, and what to trust. */
export const KubeconfigCluster = z.object({
  server: Text,
  "certificate-authority": Text,
  "certificate-authority-data": Text,
  "tls-server-name": Text,
  "insecure-skip-tls-verify": Flag,
  "proxy-url": Text,
  extensions: z
    .array(z.object({ name: z.string(), extension: z.unknown().optional() }))
    .nullish()
    .catch(undefined),
});

const Exec = z.object({
  apiVersion: z.enum(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: Text,
  provideClusterInfo: Flag,
  interactiveMode: z.enum(["Never", "IfAvailable", "Always"]).nullish(),
});

/** Who asks. */
export const KubeconfigUser = z.object({
  token: Text,
  tokenFile: Text,
  username: Text,
  password: Text,
  "client-certificate": Text,
  "client-certificate-data": Text,
  "client-key": Text,
  "client-key-data": Text,
  exec: Exec.nullish(),
  "auth-provider": z.unknown().optional(),
  as: Text,
});

/** A cluster and a user, by their names. */
export const KubeconfigContext = z.object({ cluster: Text, user: Text });

// An entry is read when it is chosen: what is wrong with another cluster's user must not matter.
function named<Key extends string>(key: Key) {
  const entry = z.object({ name: z.string(), [key]: z.unknown().optional() });
  return z
    .array(entry)
    .nullish()
    .transform((entries) => (entries ?? []).map((fields) => ({ name: fields.name, value: fields[key] ?? {} })));
}

/** One kubeconfig file, its entries as they are. Source: kubernetes.io, kubeconfig (v1). */
export const Kubeconfig = z.object({
  "current-context": Text,
  contexts: named("context"),
  clusters: named("cluster"),
  users: named("user"),
});

export type Kubeconfig = z.infer<typeof Kubeconfig>;
export type KubeconfigCluster = z.infer<typeof KubeconfigCluster>;
export type KubeconfigUser = z.infer<typeof KubeconfigUser>;
export type KubeconfigExec = z.infer<typeof Exec>;
