import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** What became of an invocation. */
export type Outcome =
  | { readonly state: "returned"; readonly value: unknown }
  | { readonly state: "failed"; readonly type: string; readonly message: string }
  /** The process ended before it had answered, by itself or because its time was over. */
  | { readonly state: "died"; readonly why: "killed" | "timeout" };

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly arn: string;
}

/** The Lambda Runtime API, as one execution environment sees it: one process asks, one invocation at a time is handed out. */
export interface RuntimeApi extends AsyncDisposable {
  /** `host:port`, as AWS_LAMBDA_RUNTIME_API wants it. */
  readonly address: string;
  /** Hands out an invocation as soon as the process asks for one. */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Ends what is under way with this: the process is no more. */
  abandon(why: "killed" | "timeout"): void;
}

const BASE = "/2018-06-01/runtime";

export async function startRuntimeApi(): Promise<RuntimeApi> {
  let asked: ServerResponse | undefined;
  let waiting: Invocation | undefined;
  let current: { readonly id: string; readonly end: (outcome: Outcome) => void } | undefined;

  function handOut(): void {
    if (asked === undefined || waiting === undefined) return;
    asked.writeHead(200, headersOf(waiting)).end(JSON.stringify(waiting.event));
    asked = undefined;
    waiting = undefined;
  }

  function end(outcome: Outcome): void {
    current?.end(outcome);
    current = undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (request.method === "GET" && path === `${BASE}/invocation/next`) {
      asked = response;
      return handOut();
    }
    const body = await json(request);
    response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
    if (path === `${BASE}/init/error`) return end(failed(body));
    if (path === `${BASE}/invocation/${current?.id}/response`) return end({ state: "returned", value: body });
    if (path === `${BASE}/invocation/${current?.id}/error`) return end(failed(body));
    throw new Error(`the runtime called ${path}`);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  // The process waits for its next invocation for as long as there is none.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke(invocation) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      current = { id: invocation.id, end: resolve };
      waiting = invocation;
      handOut();
      return promise;
    },
    abandon: (why) => end({ state: "died", why }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function headersOf({ id, deadline, arn }: Invocation): Record<string, string> {
  const trace = `Root=1-5759e988-${randomUUID().replaceAll("-", "").slice(0, 24)};Parent=53995c3f42cd8ad8;Sampled=0`;
  return {
    "content-type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": id,
    "Lambda-Runtime-Deadline-Ms": String(deadline),
    "Lambda-Runtime-Invoked-Function-Arn": arn,
    "Lambda-Runtime-Trace-Id": trace,
  };
}

function failed(body: unknown): Outcome {
  const { errorType = "", errorMessage = "" } = body as { errorType?: string; errorMessage?: string };
  return { state: "failed", type: errorType, message: errorMessage };
}
