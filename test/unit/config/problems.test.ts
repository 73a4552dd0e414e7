import { describe, expect, it } from "vitest";
import { linesOf, marked, withClusters, withMore, withNamespaces, withReceivers } from "./lines.ts";

const ROUTES = "routes: [{ receivers: [chat] }]";
const SLACK = 'slack: { webhookUrl: "${env:S}" }';
const server = (keys: string) => withClusters(`{ name: c, server: "https://x", ${keys} }`);
const address = (text: string) => withClusters(`{ name: c, server: ▸"${text}", auth: { token: t } }`);
const receiver = (keys: string) => withReceivers(`{ name: chat, ${keys} }`);
const slack = (keys: string) => receiver(`slack: { ${keys} }`);
const webhook = (keys: string) => withReceivers(`{ name: chat, webhook: { ${keys} } }`);
const watch = (keys: string) => withNamespaces(`{ namespace: ml, kinds: [Job], ${ROUTES}, ${keys} }`);
const route = (keys: string) => withNamespaces(`{ namespace: ml, kinds: [Job], routes: [{ ${keys} }] }`);
const meant = (keys: string) => route(`receivers: [chat], match: { ${keys} }`);
const rules = (entries: string) => watch(`rules: [${entries}]`);
const honoured = (keys: string) => watch(`annotations: { ${keys} }`);
const defaults = (keys: string) => withMore(`defaults: { ${keys} }`);
const on = (events: string) => route(`receivers: [chat], on: ${events}`);
const KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const EVENTS =
  "Created, Running, Restarting, Suspended, Resumed, Succeeded, Failed, Vanished, Stalled, Overdue, Flapping, Recovered";
const RULE_KEYS = '"pendingFor" or "suspendedFor" or "runningFor" or "restarts"';
const TWO_TYPES = '"runningFor" does not go with "pendingFor"';
const NO_BOT = "channel: needs a receiver with slack.token: nothing else can choose its channel";
const KINDS = "Job, JAXJob, MPIJob, PaddleJob, PyTorchJob, TFJob, XGBoostJob";

/** A name, a text with a `▸` before each place that is wrong, and what is said of each. */
type Row = readonly [name: string, text: string, ...messages: string[]];

const KEYS: readonly Row[] = [
  ["nearly a known one", withMore("▸intervall: 5m"), 'unknown key "intervall", did you mean "interval"?'],
  ["of another case", watch("▸labelselector: a"), 'unknown key "labelselector", did you mean "labelSelector"?'],
  ["like no other", withMore("▸something: 1"), 'unknown key "something"'],
  ["deep inside", route("receivers: [chat], ▸matches: {}"), 'unknown key "matches", did you mean "match"?'],
  ["perhaps a secret", server("auth: { token: t, ▸whsec_12345: 1 }"), "unknown key"],
  [
    "what every object has",
    withMore("▸__proto__: 1\n▸toString: 2"),
    'unknown key "__proto__"',
    'unknown key "toString"',
  ],
  [
    "missing",
    withNamespaces("▸▸▸{ cluster: prod }"),
    'missing key "namespace"',
    'missing key "kinds"',
    'missing key "routes"',
  ],
  [
    "missing in a list of maps",
    `clusters:\n  - ▸kubeconfig: k\nreceivers:\n  - ▸name: chat\nnamespaces:\n  - ▸namespace: ml\n    kinds: [Job]\n`,
    'missing key "name"',
    'a receiver needs "slack" or "teams" or "discord" or "pagerduty" or "webhook" or "sns" or "eventbridge"',
    'missing key "routes"',
  ],
  [
    "missing at the top",
    "▸▸▸state: x",
    'missing key "clusters"',
    'missing key "receivers"',
    'missing key "namespaces"',
  ],
  [
    "repeated",
    withMore("state: a\n▸state: b\n▸state: c"),
    "this key stands twice in its map, first in line 4",
    "this key stands twice in its map, first in line 4",
  ],
];

const TYPES: readonly Row[] = [
  [
    "a number for text",
    withNamespaces(`{ namespace: ▸1, kinds: [Job], ${ROUTES} }`),
    "namespace: must be text: put it in quotes",
  ],
  [
    "a truth value for text",
    route("match: { labels: { tier: ▸true } }, receivers: [chat]"),
    "tier: must be text: put it in quotes",
  ],
  ["nothing for text", withMore("▸state:"), "state: must be text, but is empty"],
  ["nothing for a list", `▸clusters:\n${withMore("").replace(/.*\n/, "")}`, "clusters: must be a list, but is empty"],
  ["an empty list", withClusters("").replace("[", "▸["), "clusters: must have at least one entry"],
  ["text for a list", withNamespaces(`{ namespace: ml, kinds: ▸Job, ${ROUTES} }`), "kinds: must be a list"],
  ["text for a map", server("auth: ▸token"), "auth: must be a map of keys and values"],
  [
    "text for labels",
    route("match: { labels: ▸tier=prod }, receivers: [chat]"),
    "labels: must be a map of keys and values",
  ],
  ["a list for an entry", withClusters("▸[a]"), "clusters: must be a map of keys and values"],
  ["a map for text", withMore("state: ▸{ a: b }"), "state: must be text"],
  ["a list for the whole", "▸- clusters", "must be a map of keys and values"],
  ["a word for the whole", "▸clusters", "must be a map of keys and values"],
];

const CLUSTERS: readonly Row[] = [
  [
    "no access",
    withClusters("▸{ name: c }"),
    'a cluster needs "server" with "auth" or "region" with "provider" with "auth" or "kubeconfig" or "inCluster"',
  ],
  ["a server without auth", withClusters("▸{ name: c, server: https://x }"), 'missing key "auth"'],
  ["auth without a server", withClusters("▸{ name: c, auth: { token: t } }"), 'missing key "server"'],
  ["server and kubeconfig", server("auth: { token: t }, ▸kubeconfig: k"), '"kubeconfig" does not go with "server"'],
  [
    "auth and tls beside kubeconfig",
    withClusters("{ name: c, kubeconfig: k, ▸auth: { token: t }, ▸tls: {} }"),
    '"auth" does not go with "kubeconfig"',
    '"tls" does not go with "kubeconfig"',
  ],
  ["a context beside a server", server("auth: { token: t }, ▸context: k"), '"context" does not go with "server"'],
  [
    "empty auth",
    server("auth: ▸{}"),
    'auth needs "token" or "tokenFile" or "clientCertificate" with "clientKey" or "eks" or "gke" or "aks" or "huaweiToken" or "huaweiKey"',
  ],
  ["two tokens", server("auth: { token: t, ▸tokenFile: f }"), '"tokenFile" does not go with "token"'],
  ["a certificate alone", server('auth: ▸{ clientCertificate: "${file:a}" }'), 'missing key "clientKey"'],
  ["a key alone", server('auth: ▸{ clientKey: "${file:a}" }'), 'missing key "clientCertificate"'],
  ["two lines of token", server('auth: { token: ▸"a\\nb" }'), "token: must be one word without spaces or line breaks"],
  ["an empty token", server('auth: { token: ▸"" }'), "token: must be one word without spaces or line breaks"],
  [
    "a path for PEM",
    server("auth: { token: t }, tls: { ca: ▸./a }"),
    "ca: must be PEM text: to read it from a file write ${file:path}",
  ],
  ["a token file without a name", server('auth: { tokenFile: ▸" " }'), "tokenFile: must be the path of a file"],
  [
    "a reference that is not read",
    withClusters('{ name: c, kubeconfig: ▸"${env:HOME}/k" }'),
    "kubeconfig: references such as ${env:NAME} are not possible here",
  ],
  ["no address", address("prod:6443"), "server: must be an address that starts with https://"],
  ["no host", address("https://"), "server: must be an address that starts with https://"],
  ["a port that is none", address("https://x:port"), "server: must be an address that starts with https://"],
  ["a space in front", address(" https://x"), "server: must be an address that starts with https://"],
  [
    "http to another machine",
    address("http://10.0.0.1"),
    "server: must start with https:// (http:// only for this machine)",
  ],
  [
    "http to what begins like a loopback",
    address("http://127.0.0.1.io"),
    "server: must start with https:// (http:// only for this machine)",
  ],
  ["a password", address("https://u:p@x"), "server: must not hold a user name or a password"],
  ["a password alone", address("https://:p@x"), "server: must not hold a user name or a password"],
  ["a query", address("https://x?a=b"), "server: must end with the host, the port or a path"],
  ["a fragment", address("https://x#a"), "server: must end with the host, the port or a path"],
  [
    "two of one name",
    withClusters("{ name: prod, kubeconfig: a }, { name: ▸prod, kubeconfig: b }").replace(
      "{ namespace:",
      "{ cluster: prod, namespace:",
    ),
    'name: "prod" is used twice, first in line 1',
  ],
];

const RECEIVERS: readonly Row[] = [
  [
    "no address",
    withReceivers("▸{ name: chat }"),
    'a receiver needs "slack" or "teams" or "discord" or "pagerduty" or "webhook" or "sns" or "eventbridge"',
  ],
  [
    "two kinds",
    withReceivers(`{ name: chat, ${SLACK}, ▸webhook: { url: https://x } }`),
    '"webhook" does not go with "slack"',
  ],
  [
    "a bot beside an address",
    withReceivers('{ name: chat, slack: { webhookUrl: "${env:S}", ▸channel: "#ml", ▸style: plain, ▸x: 1 } }'),
    '"channel" does not go with "webhookUrl"',
    '"style" does not go with "webhookUrl"',
    'unknown key "x"',
  ],
  ["a bot without a channel", slack("token: xoxb-1").replace("{ token", "▸{ token"), 'missing key "channel"'],
  ["a bot without a token", slack('channel: "#ml"').replace("{ channel", "▸{ channel"), 'missing key "token"'],
  [
    "a bot with an allowance",
    slack('token: xoxb-1, channel: "#ml", ▸allowPrivate: true'),
    '"allowPrivate" does not go with "token"',
  ],
  [
    "the token of a user",
    slack('token: ▸xoxp-1, channel: "#ml"'),
    "token: must be the token of a bot, which starts with xoxb-: this is one of a user",
  ],
  [
    "the token of an app",
    slack('token: ▸xapp-1, channel: "#ml"'),
    "token: must be the token of a bot, which starts with xoxb-: this is one of an app as a whole",
  ],
  [
    "a token that expires",
    slack('token: ▸xoxe.xoxb-1, channel: "#ml"'),
    "token: must be the token of a bot, which starts with xoxb-: this is one that expires: turn token rotation off",
  ],
  ["no token", slack('token: ▸hush, channel: "#ml"'), "token: must be the token of a bot, which starts with xoxb-"],
  ...["ml-alerts", "@ann", "#", "#a b", "c0123456789"].map(
    (channel): Row => [
      `the channel ${channel}`,
      slack(`token: xoxb-1, channel: ▸"${channel}"`),
      "channel: must be a channel's name, such as #ml-alerts, or its id, such as C0123456789",
    ],
  ),
  [
    "an unknown style",
    slack('token: xoxb-1, channel: "#ml", style: ▸threads'),
    'style: unknown value "threads", did you mean "thread"?',
  ],
  [
    "slack without an address",
    withReceivers("{ name: chat, slack: ▸{} }"),
    'slack needs "webhookUrl" or "token" with "channel"',
  ],
  [
    "slack over http",
    slack("webhookUrl: ▸http://x/y"),
    "webhookUrl: must start with https://, or say allowInsecure: true beside it",
  ],
  [
    "teams on this machine",
    receiver("teams: { webhookUrl: ▸https://localhost/x }"),
    "webhookUrl: must not be a private address, or say allowPrivate: true beside it",
  ],
  [
    "discord at a private address",
    receiver("discord: { webhookUrl: ▸https://10.1.2.3/x, allowInsecure: true }"),
    "webhookUrl: must not be a private address, or say allowPrivate: true beside it",
  ],
  [
    "a webhook at an address of a network's own, unencrypted",
    webhook('url: ▸"http://[fd00::1]:8080/x"'),
    "url: must start with https:// and not be a private address, or say allowInsecure: true and allowPrivate: true beside it",
  ],
  [
    "an address in another spelling",
    webhook("url: ▸https://0x7f.1/x"),
    "url: must not be a private address, or say allowPrivate: true beside it",
  ],
  [
    "an allowance that is none",
    webhook("url: https://x, allowPrivate: ▸false, allowInsecure: ▸1"),
    "allowPrivate: must be true, or left out",
    "allowInsecure: must be true, or left out",
  ],
  [
    "nearly an allowance",
    webhook("url: https://x, ▸allowprivate: true"),
    'unknown key "allowprivate", did you mean "allowPrivate"?',
  ],
  ...["0", "1001", "1.5", "never"].map(
    (number): Row => [
      `digests above ${number}`,
      slack(`webhookUrl: "\${env:S}", digestAbove: ▸${number}`),
      "digestAbove: must be a whole number from 1 to 1000",
    ],
  ),
  ["digests of a webhook", webhook("url: https://x, ▸digestAbove: 5"), 'unknown key "digestAbove"'],
  [
    "an unknown format",
    webhook("url: https://x, format: ▸cloudevent"),
    'format: unknown value "cloudevent", did you mean "cloudevents"?',
  ],
  [
    "a short routing key",
    receiver("pagerduty: { routingKey: ▸abc }"),
    "routingKey: must be the 32 letters and digits of an Events API v2 integration key",
  ],
  [
    "an unknown severity and region",
    receiver('pagerduty: { routingKey: "${env:K}", severity: ▸fatal, region: ▸asia }'),
    "severity: must be one of critical, error, warning, info",
    "region: must be one of us, eu",
  ],
  [
    "no topic",
    receiver("sns: { topicArn: ▸jobs }"),
    "topicArn: must be the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME",
  ],
  [
    "a pattern of topics",
    receiver("sns: { topicArn: ▸arn:aws:sns:eu-central-1:123456789012:* }"),
    "topicArn: must be the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME",
  ],
  [
    "a reference to a topic",
    receiver('sns: { topicArn: ▸"${env:TOPIC}" }'),
    "topicArn: references such as ${env:NAME} are not possible here",
  ],
  ["no bus", receiver("eventbridge: { bus: ▸'a b' }"), "bus: must be the name of an event bus, or its ARN"],
  [
    "a region beside an ARN",
    receiver("eventbridge: { bus: arn:aws:events:eu-central-1:123456789012:event-bus/jobs, ▸region: eu-central-1 }"),
    "region: the bus's ARN names it",
  ],
  [
    "no region",
    receiver("eventbridge: { bus: jobs, region: ▸Frankfurt }"),
    "region: must be the name of a region, such as eu-central-1",
  ],
  [
    "slack at no address",
    withReceivers("{ name: chat, slack: { webhookUrl: ▸hooks } }"),
    "webhookUrl: must be an address that starts with https://",
  ],
  ["a webhook without an address", webhook("").replace("{  }", "▸{}"), 'missing key "url"'],
  ["a webhook of another protocol", webhook("url: ▸ftp://x"), "url: must be an address that starts with https://"],
  ["a secret without prefix", webhook("url: https://x, secret: ▸abc"), "secret: must be whsec_ followed by base64"],
  [
    "a secret that is not base64",
    webhook(`url: https://x, secret: ▸whsec_${KEY}a`),
    "secret: must be whsec_ followed by base64",
  ],
  [
    "a short secret",
    webhook("url: https://x, secret: ▸whsec_YWJj"),
    "secret: must hold at least 24 bytes of base64 after whsec_",
  ],
  [
    "a bad secret of two",
    webhook(`url: https://x, secret: [whsec_${KEY}, ▸abc]`),
    "secret: must be whsec_ followed by base64",
  ],
  ["a number of two", webhook(`url: https://x, secret: [whsec_${KEY}, ▸5]`), "secret: must be text: put it in quotes"],
  ["a number as secret", webhook("url: https://x, secret: ▸5"), "secret: must be text: put it in quotes"],
  ["no secret in the list", webhook("url: https://x, secret: ▸[]"), "secret: must have at least one entry"],
  [
    "two of one name",
    withReceivers(`{ name: chat, ${SLACK} }, { name: ▸chat, ${SLACK} }`),
    'name: "chat" is used twice, first in line 2',
  ],
  [
    "an address as name",
    withReceivers(`{ name: chat, ${SLACK} }, { name: ▸"https://x/y", ${SLACK} }`),
    "name: must be a name, not an address",
  ],
  [
    "spaces around a name",
    withReceivers(`{ name: chat, ${SLACK} }, { name: ▸"a ", ${SLACK} }`),
    "name: must be one line without spaces at its ends",
  ],
  [
    "two lines of name",
    withReceivers(`{ name: chat, ${SLACK} }, { name: ▸"a\\nb", ${SLACK} }`),
    "name: must be one line without spaces at its ends",
  ],
  [
    "a long name",
    withReceivers(`{ name: chat, ${SLACK} }, { name: ▸${"a".repeat(254)}, ${SLACK} }`),
    "name: must have at most 253 characters",
  ],
  ...["a/#b", "a/#b/c", "a/C0123456789"].map(
    (name): Row => [
      `a channel in the name ${name}`,
      withReceivers(`{ name: chat, ${SLACK} }, { name: ▸"${name}", ${SLACK} }`),
      'name: must not have a channel in it, such as "/#ml"',
    ],
  ),
  ["an empty name", withReceivers(`{ name: chat, ${SLACK} }, { name: ▸"", ${SLACK} }`), "name: must not be empty"],
];

const NAMESPACES: readonly Row[] = [
  [
    "a name that Kubernetes has not",
    withNamespaces(`{ namespace: ▸ml_jobs, kinds: [Job], ${ROUTES} }`),
    "namespace: must be the name of a Kubernetes namespace: a-z, 0-9 and -, at most 63 characters; or a pattern with * for any others",
  ],
  ["an unknown cluster", watch("cluster: ▸prdo"), 'unknown cluster "prdo", did you mean "prod"?'],
  ["an unknown cluster like no other", watch("cluster: ▸lab"), 'unknown cluster "lab"'],
  [
    "no cluster of several",
    withClusters("{ name: a, kubeconfig: a }, { name: b, kubeconfig: b }").replace("{ namespace", "▸{ namespace"),
    'missing key "cluster": there are several',
  ],
  [
    "a cluster of several that is a number",
    withClusters("{ name: a, kubeconfig: a }, { name: b, kubeconfig: b }").replace(
      "{ namespace",
      "{ cluster: ▸5, namespace",
    ),
    "cluster: must be text: put it in quotes",
  ],
  ["a cluster that is a number", watch("cluster: ▸5"), "cluster: must be text: put it in quotes"],
  [
    "a kind of another case",
    withNamespaces(`{ namespace: ml, kinds: [▸TFjob], ${ROUTES} }`),
    'kinds: unknown value "TFjob", did you mean "TFJob"?',
  ],
  [
    "an unknown kind",
    withNamespaces(`{ namespace: ml, kinds: [▸CronJobs], ${ROUTES} }`),
    `kinds: must be one of ${KINDS}`,
  ],
  [
    "a kind that is a number",
    withNamespaces(`{ namespace: ml, kinds: [▸1], ${ROUTES} }`),
    `kinds: must be one of ${KINDS}`,
  ],
  ["no kinds", withNamespaces(`{ namespace: ml, kinds: ▸[], ${ROUTES} }`), "kinds: must have at least one entry"],
  [
    "a kind twice",
    withNamespaces(`{ namespace: ml, kinds: [Job, ▸Job], ${ROUTES} }`),
    'Job of namespace "ml" is watched twice with the same selectors, first in line 3',
  ],
  [
    "a namespace twice, once with its cluster",
    withNamespaces(
      `{ namespace: ml, kinds: [TFJob, Job], ${ROUTES} },\n  { namespace: ml, cluster: prod, kinds: [▸Job], ${ROUTES} }`,
    ),
    'Job of namespace "ml" is watched twice with the same selectors, first in line 3',
  ],
  [
    "a namespace twice with equal selectors",
    withNamespaces(
      `{ namespace: ml, kinds: [Job], labelSelector: a, fieldSelector: b, ${ROUTES} },\n  { namespace: ml, kinds: [▸Job], labelSelector: a, fieldSelector: b, ${ROUTES} }`,
    ),
    'Job of namespace "ml" is watched twice with the same selectors, first in line 3',
  ],
  ["an empty selector", watch('labelSelector: ▸""'), "labelSelector: must not be empty"],
  ["pages of none", watch("pageSize: ▸0"), "pageSize: must be a whole number from 1 to 5000"],
  ["pages of too many", watch("pageSize: ▸5001"), "pageSize: must be a whole number from 1 to 5000"],
  ["pages of halves", watch("pageSize: ▸1.5"), "pageSize: must be a whole number from 1 to 5000"],
  ["pages in words", watch("pageSize: ▸many"), "pageSize: must be a whole number from 1 to 5000"],
  ["no time", watch("timeoutSeconds: ▸0"), "timeoutSeconds: must be a whole number from 1 to 3600"],
  ["too much time", watch("timeoutSeconds: ▸3601"), "timeoutSeconds: must be a whole number from 1 to 3600"],
  ["a version that is a number", watch("resourceVersion: ▸0"), 'resourceVersion: must be "0", in quotes'],
  ["another version", watch('resourceVersion: ▸"17"'), 'resourceVersion: must be "0", in quotes'],
  ["an unknown first tick", watch("firstTick: ▸loud"), "firstTick: must be one of silent, announce"],
];

const ROUTING: readonly Row[] = [
  ["no routes", withNamespaces("{ namespace: ml, kinds: [Job], routes: ▸[] }"), "routes: must have at least one entry"],
  ["an empty route", route("").replace("{  }", "▸{}"), 'missing key "receivers"'],
  ["an unknown receiver", route("receivers: [chat, ▸chta]"), 'unknown receiver "chta", did you mean "chat"?'],
  [
    "an address for a receiver",
    route("receivers: [▸https://hooks.slack.com/x]"),
    "receivers: must be a name, not an address",
  ],
  ["no events", on("▸[]"), "on: must have at least one entry"],
  ["an event misspelt", on("[Failed, ▸Succeded]"), 'on: unknown value "Succeded", did you mean "Succeeded"?'],
  ["an event of lower case", on("[▸failed]"), 'on: unknown value "failed", did you mean "Failed"?'],
  ["an unknown event", on("[▸Paused]"), `on: must be one of ${EVENTS}`],
  ["one event alone", on("▸Failed"), "on: must be a list"],
  ["a continuation that is none", route("receivers: [chat], continue: ▸false"), "continue: must be true, or left out"],
  [
    "a name twice",
    withNamespaces(
      "{ namespace: ml, kinds: [Job], routes: [{ name: a, on: [Failed], receivers: [] },\n { name: ▸a, receivers: [chat] }] }",
    ),
    'name: "a" is used twice, first in line 3',
  ],
];

const job = "must be the name of a job, or a pattern with * for any characters";
const LABEL = "must have at most 253 characters";

const MATCHES: readonly Row[] = [
  ["an unknown key", meant("▸label: { a: b }"), 'unknown key "label", did you mean "labels"?'],
  ["an unknown cluster", meant("clusters: [prod, ▸prdo]"), 'unknown cluster "prdo", did you mean "prod"?'],
  ["a pattern of no cluster", meant('clusters: [▸"lab-*"]'), 'unknown cluster "lab-*"'],
  ["no clusters", meant("clusters: ▸[]"), "clusters: must have at least one entry"],
  ["a cluster that is a number", meant("clusters: [▸5]"), "clusters: must be text: put it in quotes"],
  ["an unknown kind", meant("kinds: [▸TFjob]"), 'kinds: unknown value "TFjob", did you mean "TFJob"?'],
  ["a name that Kubernetes has not", meant("names: [▸Train_1]"), `names: ${job}`],
  ["a name with two * in a row", meant('names: [▸"a**"]'), `names: ${job}`],
  ["one name alone", meant("names: ▸train"), "names: must be a list"],
  ["a label that is a number", meant("labels: { tier: ▸1 }"), "tier: must be text: put it in quotes"],
  ["a list of labels with a number", meant("labels: { tier: [prod, ▸1] }"), "tier: must be text: put it in quotes"],
  ["no value of a label", meant("labels: { tier: ▸[] }"), "tier: must have at least one entry"],
  ["a long value", meant(`labels: { tier: ▸${"a".repeat(254)} }`), `tier: ${LABEL}`],
  ["no label", meant("labels: ▸{}"), "labels: must have at least one entry"],
  ["no annotation", meant("annotations: ▸{}"), "annotations: must have at least one entry"],
  [
    "a match that is left out",
    route("receivers: [chat], exclude: [▸{}]"),
    "exclude: must say something: an empty entry means every job",
  ],
  ["an exclusion of nothing", route("receivers: [chat], exclude: ▸[]"), "exclude: must have at least one entry"],
  [
    "an unknown cluster that is left out",
    route("receivers: [chat], exclude: [{ clusters: [▸lab] }]"),
    'unknown cluster "lab"',
  ],
];

const RULES: readonly Row[] = [
  ["of no type", rules("▸{ match: {} }"), `a rule needs ${RULE_KEYS}`],
  ["of two types", rules("{ pendingFor: 5m, ▸runningFor: 1h }"), TWO_TYPES],
  [
    "of restarts and another",
    rules("{ ▸restarts: { moreThan: 2, within: 1h }, suspendedFor: 1h }"),
    '"restarts" does not go with "suspendedFor"',
  ],
  ["of restarts without a limit", rules("{ restarts: ▸▸{} }"), 'missing key "moreThan"', 'missing key "within"'],
  ["too short", rules("{ pendingFor: ▸59s }"), "pendingFor: must be from 1m to 366d"],
  ["too long", rules("{ runningFor: ▸367d }"), "runningFor: must be from 1m to 366d"],
  ["in other units", rules("{ runningFor: ▸2w }"), "runningFor: must be a duration such as 15m, 12h or 3d"],
  [
    "of too many restarts in too long a time",
    rules("{ restarts: { moreThan: ▸51, within: ▸8d } }"),
    "moreThan: must be a whole number from 1 to 50",
    "within: must be from 1m to 7d",
  ],
  [
    "for an unknown cluster",
    rules("{ pendingFor: 5m, match: { clusters: [▸lab] }, exclude: [{ clusters: [▸labs] }] }"),
    'unknown cluster "lab"',
    'unknown cluster "labs"',
  ],
  ["that is text", rules("▸often"), "rules: must be a map of keys and values"],
];

const ANNOTATIONS: readonly Row[] = [
  ["none", honoured("▸all: true"), 'unknown key "all"'],
  ["for an unknown receiver", honoured("notify: [chat, ▸chta]"), 'unknown receiver "chta", did you mean "chat"?'],
  ["for nobody", honoured("notify: ▸[]"), "notify: must have at least one entry"],
  ["that mutes nothing", honoured("mute: ▸false"), "mute: must be true, or left out"],
  ["for a channel that no receiver can choose", honoured('▸channel: ["#ml-*"]'), NO_BOT],
  ...["ml-alerts", "#", "#a b", "#a/#b", "C012", "C*"].map((channel): Row => {
    const text = withReceivers('{ name: chat, slack: { token: "${env:S}", channel: "#ml" } }').replace(
      "routes:",
      `annotations: { channel: [▸"${channel}"] }, routes:`,
    );
    return [`for ${channel}`, text, "channel: must be a channel, #name, with * for any characters, or a channel's id"];
  }),
];

const DEFAULTS: readonly Row[] = [
  ["a key of an entry", defaults("▸cluster: prod"), 'unknown key "cluster"'],
  [
    "an unknown receiver",
    defaults("routes: [{ receivers: [▸chta] }]"),
    'unknown receiver "chta", did you mean "chat"?',
  ],
  ["an annotation's", defaults("annotations: { notify: [▸x] }"), 'unknown receiver "x"'],
  ["an unknown cluster", defaults("routes: [{ receivers: [], match: { clusters: [▸lab] } }]"), 'unknown cluster "lab"'],
  [
    "a route's name twice",
    defaults("routes: [{ name: a, on: [Failed], receivers: [] }, { name: ▸a, receivers: [] }]"),
    'name: "a" is used twice, first in line 4',
  ],
  ["a rule of two types", defaults("rules: [{ pendingFor: 5m, ▸runningFor: 1h }]"), TWO_TYPES],
  ["a channel", defaults('annotations: { ▸channel: ["#x"] }'), NO_BOT],
  ["what is no map", withMore("defaults: ▸[Job]"), "defaults: must be a map of keys and values"],
  [
    "kinds that are none: they are not said to be missing",
    withNamespaces("{ namespace: ml, routes: [{ receivers: [chat] }] }").replace(/$/, "defaults: { kinds: ▸Job }"),
    "kinds: must be a list",
  ],
  [
    "a kind that a namespace watches already",
    withNamespaces(
      "▸{ namespace: ml, routes: [{ receivers: [chat] }] },\n ▸{ namespace: ml, routes: [{ receivers: [chat] }] }",
    ).replace(/$/, "defaults: { kinds: [Job, Job] }"),
    'Job of namespace "ml" is watched twice with the same selectors, first in line 3',
    'Job of namespace "ml" is watched twice with the same selectors, first in line 3',
  ],
  [
    "no watch, beside what an entry holds",
    watch("hold: ▸50s").replace(/$/, "defaults: { watch: false }"),
    "hold: needs watch: true",
  ],
];

const INTERVALS: readonly Row[] = [
  ["a number", withMore("interval: ▸30"), "interval: must be text: put it in quotes"],
  ["no unit", withMore('interval: ▸"30"'), "interval: must be a duration such as 30s, 5m or 1m30s"],
  ["an unknown unit", withMore("interval: ▸100ms"), "interval: must be a duration such as 30s, 5m or 1m30s"],
  ["units in another order", withMore("interval: ▸30s1m"), "interval: must be a duration such as 30s, 5m or 1m30s"],
  ["nothing", withMore('interval: ▸""'), "interval: must be a duration such as 30s, 5m or 1m30s"],
  ["too short", withMore("interval: ▸0s"), "interval: must be from 1s to 24h"],
  ["too long", withMore("interval: ▸24h1s"), "interval: must be from 1s to 24h"],
];

describe.each([
  ["a key", KEYS],
  ["a value of a wrong type", TYPES],
  ["a cluster", CLUSTERS],
  ["a receiver", RECEIVERS],
  ["a namespace", NAMESPACES],
  ["a route", ROUTING],
  ["a match", MATCHES],
  ["a rule over time", RULES],
  ["an annotation", ANNOTATIONS],
  ["a default", DEFAULTS],
  ["an interval", INTERVALS],
])("%s that is wrong is said with its place", (_, rows) => {
  it.each(rows)("%s", (_name, source, ...messages) => {
    const { text, places } = marked(source);
    expect(linesOf(text)).toEqual(places.map((place, index) => `${place}: ${messages[index]}`));
    expect(messages).toHaveLength(places.length);
  });
});

describe("the problems of a file", () => {
  it("are said all at once, in the order of the file, whatever is wrong beside them", () => {
    const source = `
clusters:
  - name: prod
    ▸sever: https://x
    kubeconfig: k
  - name: ▸prod
    kubeconfig: k
receivers:
  - name: chat
    slack: ▸{}
namespaces:
  - ▸namespace: ml
    kinds: [Job, ▸Job, ▸Jobs]
    pageSize: ▸0
    routes:
      - receivers: [▸chatt]
▸interval: 30s
interval: ▸0s
`.replace("▸interval: 30s\ninterval", "interval: 30s\n▸interval");
    const { text, places } = marked(source);
    expect(linesOf(text)).toEqual(
      [
        'unknown key "sever", did you mean "server"?',
        'name: "prod" is used twice, first in line 3',
        'slack needs "webhookUrl" or "token" with "channel"',
        'missing key "cluster": there are several',
        'Job of namespace "ml" is watched twice with the same selectors, first in line 13',
        'kinds: unknown value "Jobs", did you mean "Job"?',
        "pageSize: must be a whole number from 1 to 5000",
        'unknown receiver "chatt", did you mean "chat"?',
        "this key stands twice in its map, first in line 17",
        "interval: must be from 1s to 24h",
      ].map((message, index) => `${places[index]}: ${message}`),
    );
  });

  it("do not call a name unknown while a name cannot be read", () => {
    const { text } = marked(withReceivers(`{ nam: other, ${SLACK} }`));
    expect(linesOf(text).join("\n")).not.toContain("unknown receiver");
  });
});
