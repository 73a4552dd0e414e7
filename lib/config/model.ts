import type { EventType } from "#jobs/event";
import type { Kind } from "#jobs/kinds/reader";
import type { Namespaces } from "#jobs/namespaces";
import type { Honoured, Route } from "#routing/route";
import type { Rule } from "#rules/rule";
import type { Place, Problem } from "./problem.ts";

/** A value that may be a secret, as it was written: text in which `${env:NAME}` and its like still stand. */
export interface Reference {
  readonly text: string;
  readonly at: Place;
}

/** Whose API it is: `cci`, Huawei Cloud's, differs from what everybody else runs in what may be patched. */
type Provider = "kubernetes" | "cci";

/** What any cluster may have beside the way to it. */
interface Connection<Value> {
  readonly name: string;
  /** Where absent, `kubernetes`. */
  readonly provider?: Provider;
  /** Address of an HTTP proxy, perhaps with a user and a password. */
  readonly proxy?: Value;
  /** In milliseconds. */
  /** HTTP/1.1 alone. */
  readonly http2?: false;
  readonly timeouts?: { readonly connectMs?: number; readonly headersMs?: number; readonly idleMs?: number };
}

/** How to reach a Kubernetes API. `Value` is `Reference` as loaded and `string` once resolved. */
export type ClusterConfig<Value = Reference> = Connection<Value> & Way<Value>;

type Way<Value> =
  | {
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
      readonly from: "kubeconfig";
      /** Absolute, or empty: what kubectl would take. */
      readonly path: string;
      /** Where absent, the file's current context. */
      readonly context?: string;
      readonly at: Place;
    }
  /** The one that this process runs in. */
  | { readonly from: "inCluster"; readonly at: Place };

export type AuthConfig<Value = Reference> =
  | { readonly type: "token"; readonly token: Value }
  /** Once resolved, `path` is absolute. The file may change while Jobbell runs. */
  | { readonly type: "tokenFile"; readonly path: Value }
  /** PEM, both. */
  | { readonly type: "clientCertificate"; readonly certificate: Value; readonly key: Value }
  /** The keys of AWS are those of the environment. Where `region` is absent, it is too. */
  | { readonly type: "eks"; readonly cluster: string; readonly region?: string }
  | {
      readonly type: "huaweiToken";
      /** Base URL of IAM. */
      readonly endpoint: Value;
      readonly domain: Value;
      readonly user: Value;
      readonly password: Value;
      /** Name or id. */
      readonly project: Value;
    }
  | {
      readonly type: "huaweiKey";
      readonly accessKey: Value;
      readonly secretKey: Value;
      readonly projectId?: Value;
      readonly securityToken?: Value;
    }
  /** JSON of a service account's key. */
  | { readonly type: "gkeKey"; readonly serviceAccountKey: Value }
  | { readonly type: "gkeMetadata"; readonly at: Place }
  | {
      readonly type: "aksClient";
      readonly tenant: Value;
      readonly clientId: Value;
      readonly clientSecret: Value;
      /** Base URL of Entra ID. */
      readonly authority: Value;
    }
  /** Where `clientId` is absent, the identity is the system-assigned one. */
  | { readonly type: "aksIdentity"; readonly clientId?: Value; readonly at: Place };

/** What any receiver may have whose address is the user's. */
interface Address {
  /** Posts over plain http. */
  readonly allowInsecure?: true;
  /** Posts to this machine and to private networks. */
  readonly allowPrivate?: true;
}

/** What any receiver has that people read. */
interface Chat {
  /** Events a minute, of which more are told in one message. */
  readonly digestAbove: number;
}

/** How messages are worded for people. */
interface MessagesConfig {
  readonly language?: "en" | "zh";
  /** IANA's name; UTC where absent. */
  readonly timeZone?: string;
  readonly dateStyle?: "iso" | "short" | "long";
  readonly links?: readonly { readonly title: string; readonly url: string; readonly on?: readonly EventType[] }[];
  readonly templates?: readonly {
    readonly on?: readonly EventType[];
    readonly headline?: string;
    readonly text?: string;
  }[];
}

/** Hours of a day in which a receiver is left alone. */
interface QuietHours {
  /** `HH:MM`, both. */
  readonly from: string;
  readonly to: string;
  /** The days on which they begin; all where absent. */
  readonly days?: readonly ("Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun")[];
  readonly timeZone: string;
}

/** A place where events are sent. `Value` is `Reference` as loaded and `string` once resolved. */
export type ReceiverConfig<Value = Reference> = {
  readonly name: string;
  readonly messages?: MessagesConfig;
  readonly quiet?: readonly QuietHours[];
} & (
  | ({ readonly type: "slack" | "teams" | "discord"; readonly webhookUrl: Value } & Address & Chat)
  | ({
      readonly type: "slackBot";
      readonly token: Value;
      /** `#name`, or an id. */
      readonly channel: Value;
      readonly style: "thread" | "update" | "plain";
    } & Chat)
  | {
      readonly type: "pagerduty";
      readonly routingKey: Value;
      readonly severity: "critical" | "error" | "warning" | "info";
      readonly region: "us" | "eu";
    }
  | ({
      readonly type: "webhook";
      readonly url: Value;
      /** `whsec_…`, the newest first; empty where posts are not signed. */
      readonly secrets: readonly Value[];
      readonly format: "standard" | "cloudevents";
    } & Address)
  | { readonly type: "sns"; readonly topicArn: string }
  /** `bus` is a name or an ARN. Where `region` is absent, it is the ARN's or that of the environment. */
  | { readonly type: "eventbridge"; readonly bus: string; readonly region?: string }
);

/** One namespace of one cluster, or all that a pattern matches: which jobs to watch, and who hears of them. A watch is one of its kinds. */
export interface NamespaceConfig extends Namespaces {
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
  /** How changes are asked for; absent: each look lists. */
  readonly follow?: { readonly resyncMs: number; readonly holdMs?: number };
  /** At least one. */
  readonly routes: readonly Route[];
  readonly rules?: readonly Rule[];
  readonly honours?: Honoured;
  /** Keys of the annotations that routes, rules and `honours` ask for. */
  readonly annotations?: readonly string[];
  readonly explain?: true;
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
  /** What works but should not stay, such as a secret that stands in the file, or is perhaps not meant. */
  readonly warnings: readonly Problem[];
}

/** The configuration with every reference replaced by its value: it holds secrets and is never logged. */
export type ResolvedConfig = Config<string>;
