import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { SlackPayload, violation } from "./slack-rules.ts";

/** What a server does with a request in place of what it would do by itself. */
type Answer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | "hang" // takes the request and never answers
  | "reset" // breaks the connection without having taken it
  | "lose" // takes the request, then breaks the connection: the answer is lost
  | "endless" // 200, then a body that never ends
  | "broken-body"; // 200, then a body that breaks off

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The sender's port: the same where a connection was used again. */
  readonly port: number | undefined;
  /** What was answered; 0 where nothing was. */
  readonly status: number;
}

export interface Loopback<R extends Received = Received> extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order. */
  readonly requests: readonly R[];
  /** Those that were taken: answered with 2xx, or taken while the answer was lost. */
  readonly accepted: readonly R[];
  /** Lines up answers for the next requests; after them the server does what it would do by itself. */
  answer(...answers: readonly Answer[]): void;
  /** Resolves as soon as `count` requests have come in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export type Judge = (
  request: Pick<Received, "method" | "path" | "headers" | "body">,
) => Exclude<Answer, string> | Promise<Exclude<Answer, string>>;

/** A server on 127.0.0.1 that judges each request. */
export async function startLoopback(path: string, judge: Judge): Promise<Loopback> {
  const requests: Received[] = [];
  const accepted: Received[] = [];
  const script: Answer[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body = await text(request);
    const scripted = script.shift();
    const answer = scripted ?? (await judge({ method, path: url, headers, body }));
    const status = statusOf(answer);
    const received = { method, path: url, headers, body, port: request.socket.remotePort, status };
    requests.push(received);
    if (answer === "lose" || (status >= 200 && status < 300)) accepted.push(received);
    respond(response, answer);
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}${path}`,
    requests,
    accepted,
    answer: (...answers) => void script.push(...answers),
    received: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function statusOf(answer: Answer): number {
  if (typeof answer === "object") return answer.status;
  return answer === "endless" || answer === "broken-body" ? 200 : 0;
}

function respond(response: ServerResponse, answer: Answer): void {
  if (typeof answer === "object") {
    response.writeHead(answer.status, { "content-type": "text/plain", ...answer.headers }).end(answer.body ?? "");
    return;
  }
  switch (answer) {
    case "hang":
      return;
    case "reset":
    case "lose":
      response.socket?.resetAndDestroy();
      return;
    case "endless":
      response.writeHead(200).write("and so on ");
      return;
    case "broken-body":
      response.writeHead(200, { "content-length": "100" }).write("and so", () => response.socket?.resetAndDestroy());
      return;
    default:
      answer satisfies never;
  }
}

export interface SlackServer extends Loopback {
  /** The messages that Slack took. */
  readonly messages: readonly SlackPayload[];
  /** Why Slack did not take a message, for each that it refused. */
  readonly refusals: readonly string[];
}

export interface SlackOptions {
  /** Refuses, as Slack does, a message that comes sooner after the one before; by default there is no pace. */
  readonly minGapMs?: number;
}

/** A Slack incoming webhook that holds Slack's documented rules. */
export async function startSlack({ minGapMs = 0 }: SlackOptions = {}): Promise<SlackServer> {
  const refusals: string[] = [];
  let next = 0;
  const refuse = (status: number, body: string, why: string, headers: Record<string, string> = {}) => {
    refusals.push(why);
    return { status, body, headers };
  };
  const server = await startLoopback("/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", (request) => {
    if (request.method !== "POST") return refuse(405, "method_not_allowed", request.method);
    if (!request.headers["content-type"]?.startsWith("application/json"))
      return refuse(400, "invalid_payload", "not JSON");
    if (Date.now() < next) return refuse(429, "rate_limited", "too fast", { "retry-after": "1" });
    const why = violation(request.body);
    if (why !== undefined) return refuse(400, "invalid_payload", why);
    next = Date.now() + minGapMs;
    return { status: 200, body: "ok" };
  });
  return Object.defineProperties(Object.assign(server, { refusals, messages: [] }), {
    messages: { get: () => server.accepted.map(({ body }) => SlackPayload.parse(JSON.parse(body))) },
  });
}

export interface WebhookServer extends Loopback {
  /** The bodies that were taken, each with its id, in order, repetitions included. */
  readonly events: readonly { readonly id: string; readonly body: unknown }[];
}

export interface WebhookServerOptions {
  /** By default what the sender says: tests run on their own clock. `Date.now` holds the sender to the real one. */
  readonly clock?: () => number;
}

/** A receiver of Standard Webhooks: with a secret it answers 401 to what is not signed with it. */
export function startWebhook(secret?: string, options: WebhookServerOptions = {}): Promise<WebhookServer> {
  return startWebhookServer(secret === undefined ? undefined : new Webhook(secret), options);
}

async function startWebhookServer(
  webhook: Webhook | undefined,
  { clock }: WebhookServerOptions,
): Promise<WebhookServer> {
  const server = await startLoopback("/hooks/jobs-4f9c2a", ({ method, headers, body }) => {
    if (method !== "POST") return { status: 405 };
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = headers;
    if (typeof id !== "string" || typeof timestamp !== "string") return { status: 400, body: "no id or timestamp" };
    if (webhook !== undefined && !isSigned(webhook, { id, timestamp, signature: String(signature), body }, clock))
      return { status: 401, body: "bad signature" };
    return { status: 204 };
  });
  return Object.defineProperties(Object.assign(server, { events: [] }), {
    events: {
      get: () =>
        server.accepted.map(({ headers, body }) => ({ id: String(headers["webhook-id"]), body: JSON.parse(body) })),
    },
  });
}

interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}

function isSigned(webhook: Webhook, { id, timestamp, signature, body }: Signed, clock?: () => number): boolean {
  const seconds = Number(timestamp);
  if (clock !== undefined && Math.abs(clock() / 1_000 - seconds) > 300) return false;
  return signature.split(" ").includes(webhook.sign(id, new Date(seconds * 1_000), body));
}
