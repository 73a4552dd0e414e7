import * as z from "zod";
import { durationText } from "./schema-durations.ts";
import { Messages } from "./schema-messages.ts";
import { Receiver } from "./schema-receivers.ts";
import { Annotations, KindName, NamespacePattern, Route } from "./schema-routes.ts";
import { Rule } from "./schema-rules.ts";
import { Name, REGION, referenceText, Text, Yes } from "./schema-text.ts";
import {
  checkPath,
  checkPem,
  checkProxy,
  checkServer,
  checkServiceAccountKey,
  checkText,
  checkToken,
} from "./values.ts";
import { AKS_CHOICE, AUTH_CHOICE, CLUSTER_CHOICE, GKE_CHOICE, oneOf } from "./ways.ts";

// What one key must be stands here; what keys and entries must be to each other stands in rules.ts, because zod looks
// at relations only where every key is right, and a file's problems are reported all at once.

const Reference = referenceText(checkText);
const Word = referenceText(checkToken);

const Eks = z
  .strictObject({
    cluster: Text.describe("The cluster's name in EKS."),
    region: Text.exactOptional().describe("Its region. Default: AWS_REGION of the environment."),
  })
  .describe("IAM credentials of the environment, as for aws eks get-token. In a function: its role's.");

const Gke = z
  .strictObject({
    serviceAccountKey: referenceText(checkServiceAccountKey)
      .exactOptional()
      .describe("JSON of a key of a service account."),
    metadataServer: Yes.exactOptional().describe("The service account of the machine or pod, on Google Cloud."),
  })
  .meta({ description: "A service account of Google Cloud.", ...oneOf(GKE_CHOICE) });

const Aks = z
  .strictObject({
    tenant: Word.exactOptional().describe("The tenant's id."),
    clientId: Word.exactOptional().describe("The application's id, or that of a user-assigned managed identity."),
    clientSecret: Reference.exactOptional().describe("A secret of the application."),
    authority: referenceText(checkServer)
      .exactOptional()
      .describe("Address of Entra ID. Default: https://login.microsoftonline.com."),
    managedIdentity: Yes.exactOptional().describe("The managed identity of the machine, on Azure."),
  })
  .meta({ description: "An application of Entra ID, or a managed identity.", ...oneOf(AKS_CHOICE) });

const HuaweiToken = z
  .strictObject({
    domain: Reference.describe("Name of the account."),
    user: Reference.describe("Name of an IAM user of the account."),
    password: Reference.describe("The user's password."),
    project: Reference.describe("Name or id of the project, often the region's name."),
    endpoint: referenceText(checkServer)
      .exactOptional()
      .describe("Address of IAM. Default: https://iam.{region}.myhuaweicloud.com."),
  })
  .describe("Tokens of Huawei Cloud's IAM for a user and a password.");

const HuaweiKey = z
  .strictObject({
    accessKey: Word.describe("Access key (AK)."),
    secretKey: Word.describe("Secret key (SK)."),
    projectId: Word.exactOptional().describe("Id of the project, where the key is for several."),
    securityToken: Word.exactOptional().describe("Makes a temporary key."),
  })
  .describe("An access key of Huawei Cloud, which signs each request.");

const Auth = z
  .strictObject({
    token: referenceText(checkToken).exactOptional().describe("A bearer token, as of a service account."),
    tokenFile: referenceText(checkPath)
      .exactOptional()
      .describe("Path of a file that holds the token, read again while Jobbell runs."),
    clientCertificate: referenceText(checkPem).exactOptional().describe("PEM text of a client certificate."),
    clientKey: referenceText(checkPem).exactOptional().describe("PEM text of the key of the client certificate."),
    eks: Eks.exactOptional(),
    gke: Gke.exactOptional(),
    aks: Aks.exactOptional(),
    huaweiToken: HuaweiToken.exactOptional(),
    huaweiKey: HuaweiKey.exactOptional(),
  })
  .meta({ description: "Who Jobbell is for the cluster. Read access to the jobs is enough.", ...oneOf(AUTH_CHOICE) });

const Tls = z
  .strictObject({
    ca: referenceText(checkPem)
      .exactOptional()
      .describe("PEM text of the authorities to trust in place of the system's."),
    serverName: Text.exactOptional().describe(
      "The name that the server's certificate carries, where it is not the host's.",
    ),
  })
  .describe("How the server proves itself.");

const Timeout = durationText(1_000, 600_000, "30s or 1m30s", "from 1s to 10m");

const Timeouts = z
  .strictObject({
    connect: Timeout.exactOptional().describe("Until there is a connection. Default: 10s."),
    headers: Timeout.exactOptional().describe("From the connection to the beginning of the answer. Default: 30s."),
    idle: Timeout.exactOptional().describe("Silence within an answer. Default: 30s."),
  })
  .describe("How long to wait for the API server, from 1s to 10m each.");

const Cluster = z
  .strictObject({
    name: Name.describe("What messages, logs and the entries under namespaces call the cluster."),
    server: referenceText(checkServer)
      .exactOptional()
      .describe("Address of the API server, https://host:port (http:// only for this machine)."),
    region: z
      .string()
      .regex(REGION, "must be the name of a region, such as cn-north-4")
      .exactOptional()
      .describe("Region of Huawei Cloud, in place of server: https://cci.{region}.myhuaweicloud.com."),
    provider: z
      .enum(["kubernetes", "cci"])
      .exactOptional()
      .describe("Whose API it is: cci is Huawei Cloud's. Default: kubernetes."),
    auth: Auth.exactOptional(),
    tls: Tls.exactOptional(),
    kubeconfig: Text.exactOptional().describe("Path of a kubeconfig file, in place of server and auth."),
    context: Text.exactOptional().describe("A context of the kubeconfig file. Default: its current context."),
    inCluster: Yes.exactOptional().describe("The cluster that this process runs in, as the pod's service account."),
    proxy: referenceText(checkProxy)
      .exactOptional()
      .describe("HTTP proxy on the way to the API server. Default: HTTPS_PROXY and NO_PROXY of the environment."),
    timeouts: Timeouts.exactOptional(),
    http2: z
      .literal(false, "must be false, or left out")
      .exactOptional()
      .describe(
        "false: speak HTTP/1.1, for a way to the API server on which HTTP/2 breaks. Default: what the server speaks.",
      ),
  })
  .meta({ description: "A Kubernetes API.", ...oneOf(CLUSTER_CHOICE) });

const PAGE_SIZE = "must be a whole number from 1 to 5000";
const TIMEOUT = "must be a whole number from 1 to 3600";

const Resync = durationText(60_000, 86_400_000, "30m, 1h or 1h30m", "from 1m to 24h");
const Hold = durationText(1_000, 55_000, "50s", "from 1s to 55s");

/** What an entry may leave to `defaults`. */
const SHARED = {
  kinds: z
    .array(KindName)
    .min(1, "must have at least one entry")
    .exactOptional()
    .describe("The kinds of job to watch."),
  pageSize: z
    .int(PAGE_SIZE)
    .min(1, PAGE_SIZE)
    .max(5000, PAGE_SIZE)
    .exactOptional()
    .describe("Jobs to ask for at a time. Default: 500."),
  timeoutSeconds: z
    .int(TIMEOUT)
    .min(1, TIMEOUT)
    .max(3600, TIMEOUT)
    .exactOptional()
    .describe("How long the server may take for one page."),
  firstTick: z
    .enum(["silent", "announce"])
    .exactOptional()
    .describe("Whether jobs that exist when Jobbell first looks are announced. Default: silent."),
  watch: z
    .boolean("must be true or false")
    .exactOptional()
    .describe("Whether changes are asked for instead of whole lists. Default: true, but false where provider is cci."),
  resync: Resync.exactOptional().describe("How often everything is listed all the same, from 1m to 24h. Default: 1h."),
  hold: Hold.exactOptional().describe(
    "How long each look goes on to read changes as they come, from 1s to 55s. Default: it ends when it has read what changed.",
  ),
  routes: z.array(Route).min(1, "must have at least one entry").exactOptional().describe("Who hears of these jobs."),
  rules: z.array(Rule).exactOptional().describe("What must not last. None: []."),
  annotations: Annotations.exactOptional(),
  explain: z
    .boolean("must be true or false")
    .exactOptional()
    .describe("Whether pods, their logs and events are read to say why a job failed or is stalled. Default: false."),
};

const Defaults = z
  .strictObject(SHARED)
  .describe("What entries under namespaces say that do not say it themselves, key by key.");

const Namespace = z
  .strictObject({
    namespace: NamespacePattern.describe(
      'The Kubernetes namespace to watch; or a pattern such as "ml-*" for all that it matches, "*" for all. A pattern is asked of the whole cluster.',
    ),
    exclude: z
      .array(NamespacePattern)
      .min(1, "must have at least one entry")
      .exactOptional()
      .describe("Namespaces that a pattern is not to match: names or patterns."),
    cluster: Name.exactOptional().describe("Name of a cluster. May be left out where there is one."),
    labelSelector: Text.exactOptional().describe("Watch only jobs whose labels match, as in kubectl -l."),
    fieldSelector: Text.exactOptional().describe("Watch only jobs whose fields match, as in kubectl --field-selector."),
    resourceVersion: z
      .literal("0", 'must be "0", in quotes')
      .exactOptional()
      .describe('"0" lets the server answer from its cache: cheaper, perhaps a moment old, and never by pages.'),
    ...SHARED,
  })
  .describe("One namespace of one cluster, or all that a pattern matches: which jobs to watch, and who hears of them.");

const Interval = durationText(1_000, 86_400_000, "30s, 5m or 1m30s", "from 1s to 24h");

/** The whole of jobbell.yml, key by key. */
export const ConfigFile = z
  .strictObject({
    clusters: z.array(Cluster).min(1, "must have at least one entry").describe("The Kubernetes APIs to read."),
    receivers: z.array(Receiver).min(1, "must have at least one entry").describe("The places where events are sent."),
    messages: Messages.exactOptional(),
    defaults: Defaults.exactOptional(),
    namespaces: z.array(Namespace).min(1, "must have at least one entry").describe("What to watch."),
    interval: Interval.default("30s").describe("How often to look, from 1s to 24h."),
    state: Text.default("jobbell.db").describe("Path of the SQLite file in which Jobbell remembers the jobs."),
  })
  .meta({
    title: "jobbell.yml",
    description: "Configuration of Jobbell. Relative paths start from the file's own folder.",
  });
export type ConfigFile = z.infer<typeof ConfigFile>;
