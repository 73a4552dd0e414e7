import { once } from "node:events";
import type * as Http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Timeouts } from "./access.ts";
import type { Incoming } from "./body.ts";
import { Fault } from "./fault.ts";
import type { Outgoing } from "./request.ts";
import { Unanswered } from "./unanswered.ts";

// Not imported: that reads every export of node:http, the lazy ones too, and so loads all of undici, 30 ms of a cold start.
const http = process.getBuiltinModule("node:http");

/** Handed through an agent, which keeps a request's own signal to itself. */
interface GivenUp {
  readonly givenUp: AbortSignal;
}

/** Kept connections that `connect` makes, TLS included. It is for whoever uses it to ask for no more at once than it wants connections. */
export function openAgent(limits: Http.AgentOptions, connect: (signal: AbortSignal) => Promise<Socket>): Http.Agent {
  const agent = new http.Agent({ keepAlive: true, ...limits });
  agent.createConnection = (options, callback) => {
    connect((options as unknown as GivenUp).givenUp).then(
      (socket) => callback?.(null, socket),
      // Node hands out what came of it with no socket beside an error.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  return agent;
}

/** One request over HTTP/1.1, until the answer's headers are there. */
export async function exchangeByHttp1(
  agent: Http.Agent,
  request: Outgoing,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Incoming> {
  const { method, path, headers, host } = request;
  const options: Http.RequestOptions & GivenUp = {
    ...{ method, path, agent, signal, givenUp: signal },
    headers: { host, ...headers },
  };
  const outgoing = http.request(options);
  // What happens after the answer began reaches its reader by the body; without a listener it would end the process.
  outgoing.on("error", () => {});
  const release = limit(outgoing, timeouts);
  try {
    outgoing.end(request.body);
    const [message] = (await once(outgoing, "response")) as [Http.IncomingMessage];
    const { statusCode: status = 0, headers } = message;
    return { status, headers, stream: message, leave: (error) => message.destroy(error) };
  } catch (error) {
    throw isStale(error, outgoing) ? new Unanswered("unknown", error) : error;
  } finally {
    release();
  }
}

// A kept connection that the server closed just now says nothing about the server: each such failure takes one
// connection from the pool, so that the next try, or one after it, has a new one.
function isStale(error: unknown, { reusedSocket }: Http.ClientRequest): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
}

function limit(outgoing: Http.ClientRequest, { headersMs }: Timeouts): () => void {
  let timer: NodeJS.Timeout | undefined;
  outgoing.once("socket", () => {
    timer = setTimeout(() => outgoing.destroy(new Fault("headers-timeout", headersMs)), headersMs);
  });
  return () => clearTimeout(timer);
}
