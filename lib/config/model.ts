import type { Kind } from "#jobs/kinds/reader";
import type { Route } from "#routing/route";
import type { Place, Problem } from "./problem.ts";

/** A value that may be a secret, as it was written: text in which `${env:NAME}` and its like still stand. */
export interface Reference {
  readonly text: string;
  readonly at: Place;
}

/** How to reach a Kubernetes API. `Value` is `Reference` as loaded and `string` once resolved. */
export type ClusterConfig<Value = Reference> =
  | {
      readonly name: string;
      readonly from: "server";
      /** Base URL, https, or http on a loopback host. */
      readonly server: Value;
      readonly auth: AuthConfig<Value>;
      readonly tls: {
        /** PEM. */
        readonly ca?: Value;
        readonly serverName?: string;
      };
    }
  | {
      readonly name: string;
      readonly from: "kubeconfig";
      /** Absolute. */
      readonly path: string;
      /** Where absent, the file's current context. */
      readonly context?: string;
      readonly at: Place;
    };

export type AuthConfig<Value = Reference> =
  | { readonly type: "token"; readonly token: Value }
  /** Once resolved, `path` is absolute. The file may change while Jobbell runs. */
  | { readonly type: "tokenFile"; readonly path: Value }
  /** PEM, both. */
  | { readonly type: "clientCertificate"; readonly certificate: Value; readonly key: Value };

export type ReceiverConfig<Value = Reference> =
  | { readonly name: string; readonly type: "slack"; readonly webhookUrl: Value }
  | {
      readonly name: string;
      readonly type: "webhook";
      readonly url: Value;
      /** `whsec_…`, the newest first; empty where posts are not signed. */
      readonly secrets: readonly Value[];
    };

/** One namespace of one cluster: which jobs to watch, and who hears of them. A watch is one of its kinds. */
export interface NamespaceConfig {
  readonly namespace: string;
  /** Name of a cluster. */
  readonly cluster: string;
  /** At least one, each once. */
  readonly kinds: readonly Kind[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page. */
  readonly pageSize: number;
  readonly timeoutSeconds?: number;
  readonly resourceVersion?: "0";
  readonly firstTick: "silent" | "announce";
  /** At least one. */
  readonly routes: readonly Route[];
}

/** A configuration that was checked: every name in it exists, and exists once. */
export interface Config<Value = Reference> {
  readonly clusters: readonly ClusterConfig<Value>[];
  readonly receivers: readonly ReceiverConfig<Value>[];
  readonly namespaces: readonly NamespaceConfig[];
  readonly intervalMs: number;
  /** The SQLite file, absolute, or `:memory:`. */
  readonly statePath: string;
  /** What relative paths in references start from, absolute. */
  readonly directory: string;
  /** What works but should not stay, such as a secret that stands in the file. */
  readonly warnings: readonly Problem[];
}

/** The configuration with every reference replaced by its value: it holds secrets and is never logged. */
export type ResolvedConfig = Config<string>;
