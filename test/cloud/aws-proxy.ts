import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Request, requestOf, type Use, usesOf } from "./calls.ts";
import { type Answer, denied, getParameter, getSecretValue, type Secrets } from "./secrets.ts";

export interface AwsProxyOptions {
  readonly dynamodb: string;
  readonly sqs: string;
  /** The ARN of the table's stream: a request for its records does not name it. */
  readonly streamArn: string;
  readonly secrets: Secrets;
  /** Whether the role of the function lets it do this. */
  readonly allows: (use: Use) => boolean;
}

/** What requests of one operation have consumed. */
interface Consumption {
  requests: number;
  readUnits: number;
  writeUnits: number;
}

/** AWS as one function sees it: passes requests on and writes down what they needed. */
export interface AwsProxy extends AsyncDisposable {
  readonly url: string;
  /** What was asked for, allowed or not. */
  readonly uses: readonly Use[];
  readonly allows: (use: Use) => boolean;
  /** Capacity by operation: `Query due`, `UpdateItem`. */
  readonly consumed: ReadonlyMap<string, Consumption>;
  /** The next request of that operation is answered 500. */
  fail(operation: string): void;
  /** Keeps the next request of that operation from the service, or with `after` the service's answer from the function. */
  hold(operation: string, when?: Held["when"]): { readonly arrived: Promise<void>; release(): void };
}

interface Held {
  readonly operation: string;
  readonly when: "before" | "after";
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

export async function startAwsProxy(options: AwsProxyOptions): Promise<AwsProxy> {
  const uses: Use[] = [];
  const consumed = new Map<string, Consumption>();
  const holds: Held[] = [];
  const failing = new Set<string>();

  function take(operation: string): Held | undefined {
    const index = holds.findIndex((each) => each.operation === operation);
    return index < 0 ? undefined : holds.splice(index, 1)[0];
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = requestOf(incoming.headers["x-amz-target"]?.toString(), await text(incoming));
    const needed = usesOf(request, options.streamArn);
    uses.push(...needed);
    const held = take(request.operation);
    if (held?.when === "before") await wait(held);
    const { status, body } = await answerTo(request, needed, incoming);
    count(consumed, request, body);
    if (held?.when === "after") await wait(held);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  }

  async function answerTo(request: Request, needed: readonly Use[], incoming: IncomingMessage): Promise<Answer> {
    if (!needed.every(options.allows)) return denied();
    return failing.delete(request.operation) ? { status: 500, body: {} } : answerOf(options, request, incoming);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uses,
    allows: options.allows,
    consumed,
    hold(operation, when = "before") {
      const [arrival, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      holds.push({ operation, when, arrive: arrival.resolve, released: release.promise });
      return { arrived: arrival.promise, release: release.resolve };
    },
    fail: (operation) => void failing.add(operation),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function wait({ arrive, released }: Held): Promise<void> {
  arrive();
  await released;
}

function answerOf(options: AwsProxyOptions, request: Request, incoming: IncomingMessage): Answer | Promise<Answer> {
  const { service, body } = request;
  switch (service) {
    case "dynamodb":
      return passOn(options.dynamodb, incoming, { ...body, ReturnConsumedCapacity: "TOTAL" });
    case "dynamodb-streams":
      return passOn(options.dynamodb, incoming, body);
    case "sqs":
      return passOn(options.sqs, incoming, body);
    case "ssm":
      return getParameter(options.secrets, body.Name ?? "");
    case "secretsmanager":
      return getSecretValue(options.secrets, body.SecretId ?? "");
    case "sns":
      return { status: 200, body: {} };
    case "events":
      return { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: "1" }] } };
    default:
      throw new Error(`nobody answers for ${service}`);
  }
}

/** The emulations do not look at signatures, so what was signed may be changed. */
async function passOn(url: string, { headers }: IncomingMessage, body: object): Promise<Answer> {
  const passed = Object.entries(headers).filter(([name]) => /^(authorization|content-type|x-amz-.*)$/.test(name));
  const response = await fetch(url, {
    method: "POST",
    headers: passed.map(([name, value]) => [name, String(value)] as [string, string]),
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as object };
}

interface Consumed {
  readonly ConsumedCapacity?: { readonly CapacityUnits: number } | readonly { readonly CapacityUnits: number }[];
}

function count(consumed: Map<string, Consumption>, { service, operation, body }: Request, answer: Consumed): void {
  if (!/^dynamodb|^sqs$/.test(service)) return;
  const key = [operation, ...(body.IndexName === undefined ? [] : [body.IndexName])].join(" ");
  const sum = consumed.get(key) ?? { requests: 0, readUnits: 0, writeUnits: 0 };
  const units = [answer.ConsumedCapacity ?? []].flat().reduce((total, { CapacityUnits }) => total + CapacityUnits, 0);
  sum.requests += 1;
  if (/^(Get|Query|Scan|BatchGet)/.test(operation)) sum.readUnits += units;
  else sum.writeUnits += units;
  consumed.set(key, sum);
}
