import { type ApiServer, startApiServer } from "#sim/api-server";
import { closedPort } from "../support/http.ts";
import { type SlackServer, startSlack, startWebhook, type WebhookServer } from "../support/loopback-receiver.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { ROLE_SECRETS } from "./function.ts";
import { arnOf } from "./names.ts";
import type { Secrets } from "./secrets.ts";

export const TOKEN = "t0ken-of-the-cluster";
const SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";

const CONFIG = `clusters:
  - { name: prod, server: "\${ssm:/jobbell/prod/server}", auth: { token: "\${secretsmanager:jobbell/prod#token}" } }
  - { name: locked, server: "\${ssm:/jobbell/prod/server}", auth: { token: "\${ssm:/jobbell/locked/token}" } }
  - { name: down, server: "\${ssm:/jobbell/down/server}", auth: { token: "\${ssm:/jobbell/down/token}" } }
receivers:
  - { name: chat, slack: { webhookUrl: "\${ssm:/jobbell/chat}", allowInsecure: true, allowPrivate: true } }
  - { name: hook, webhook: { url: "\${secretsmanager:jobbell/hook#url}", allowInsecure: true, allowPrivate: true, secret: "\${secretsmanager:jobbell/hook#secret}" } }
  - { name: gone, webhook: { url: "\${ssm:/jobbell/gone}", allowInsecure: true, allowPrivate: true } }
  - { name: mute, webhook: { url: "\${ssm:/jobbell/mute}", allowInsecure: true, allowPrivate: true } }
  - { name: topic, sns: { topicArn: "${arnOf("sns", "jobs")}" } }
  - { name: bus, eventbridge: { bus: jobs } }
namespaces:
  - { cluster: prod, namespace: public, kinds: [TFJob], routes: [{ receivers: [topic, bus, chat] }] }
  - { cluster: locked, namespace: shut, kinds: [TFJob], routes: [{ receivers: [hook] }] }
  - { cluster: down, namespace: ml, kinds: [TFJob], routes: [{ receivers: [hook] }] }
  - { cluster: prod, namespace: life, kinds: [PyTorchJob, TFJob, Job], routes: [{ receivers: [chat, hook] }] }
  - { cluster: prod, namespace: ml, kinds: [TFJob], routes: [{ receivers: [hook] }] }
  - { cluster: prod, namespace: slow, kinds: [TFJob], rules: [{ runningFor: 1m }], explain: true, routes: [{ receivers: [hook] }] }
  - { cluster: prod, namespace: lost, kinds: [TFJob], routes: [{ receivers: [gone] }] }
  - { cluster: prod, namespace: hushed, kinds: [TFJob], routes: [{ receivers: [mute], continue: true }, { receivers: [hook] }] }
`;

/** Jobbell installed, with a cluster to watch and receivers to tell. Of the cluster `locked` the token is missing, `down` is down, and of the receiver `mute` the address is missing. */
export interface Installation extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly api: ApiServer;
  readonly chat: SlackServer;
  readonly hook: WebhookServer;
  readonly gone: WebhookServer;
  readonly mute: WebhookServer;
  readonly secrets: Secrets;
  /** What no function may let out. */
  readonly hidden: readonly string[];
}

export async function startInstallation(): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApiServer({ now: Date.now, token: TOKEN }));
  const chat = stack.use(await startSlack());
  const hook = stack.use(await startWebhook(SIGNING, { clock: Date.now }));
  const gone = stack.use(await startWebhook());
  const mute = stack.use(await startWebhook());
  const down = `http://127.0.0.1:${await closedPort()}`;
  const secrets: Secrets = {
    parameters: new Map([
      ["/jobbell/prod/server", api.url],
      ["/jobbell/down/server", down],
      ["/jobbell/down/token", "t0ken-of-nobody"],
      ["/jobbell/chat", chat.url],
      ["/jobbell/gone", gone.url],
    ]),
    secrets: new Map([
      ["jobbell/prod", JSON.stringify({ token: TOKEN })],
      ["jobbell/hook", JSON.stringify({ url: hook.url, secret: SIGNING })],
    ]),
  };
  const cloud = stack.use(await startCloud(CONFIG, secrets));
  const addresses = [api.url, chat.url, hook.url, gone.url, mute.url, down].map((url) => new URL(url).host);
  const paths = [chat.url, hook.url].map((url) => new URL(url).pathname.split("/").at(-1) ?? "");
  const hidden = [
    TOKEN,
    "t0ken-of-nobody",
    "wr0ng-token",
    SIGNING.slice("whsec_".length),
    ...ROLE_SECRETS,
    ...paths,
    ...addresses,
  ];
  const running = stack.move();
  return {
    cloud,
    api,
    chat,
    hook,
    gone,
    mute,
    secrets,
    hidden,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
