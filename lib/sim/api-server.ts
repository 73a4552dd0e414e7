import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { Resource } from "#jobs/job";
import { KINDS } from "#jobs/kinds/registry";
import { failure, Refusal } from "./answer.ts";
import { ClusterState } from "./cluster-state.ts";
import { EVENTS, PODS } from "./core.ts";
import { type Failure, Failures, type Unready, unready } from "./failures.ts";
import { handle, type Reply } from "./handle.ts";
import type { Provider } from "./list.ts";
import { misbehave } from "./misbehave.ts";
import type { KubeObject } from "./objects.ts";
import type { ApiRequest } from "./request.ts";
import { send } from "./send.ts";
import type { User } from "./users.ts";

export interface ApiServerOptions {
  /** Milliseconds since 1970: the server's clock. */
  readonly now: () => number;
  /** PEM. With a certificate it speaks HTTPS, and HTTP/2 with whoever wants it. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** 0, which is the default, takes any free port. */
  readonly port?: number;
  /** The token of a user who may do everything. Without it and without `users` nobody is asked who they are. */
  readonly token?: string;
  readonly users?: readonly User[];
  /** With a seed the uids are the same in every run. */
  readonly seed?: string;
  /** The kinds of jobs that are installed; all that Jobbell knows where it is left out. Pods and events are there always. */
  readonly resources?: readonly Resource[];
  /** Whose API it speaks; `kubernetes` where it is left out. */
  readonly provider?: Provider;
}

/** A simulated Kubernetes API server on this machine, and what a test or a demo can do to its cluster. */
export interface ApiServer extends AsyncDisposable {
  /** `http(s)://127.0.0.1:port` */
  readonly url: string;
  /** The version of the whole cluster: that of the last write. */
  readonly resourceVersion: string;
  /** The requests so far, oldest first; of many, the latest 10,000. */
  readonly requests: readonly ApiRequest[];
  /** How many requests there were. */
  readonly requestCount: number;
  /** Adds an object as a client would. Throws where there is one of that name. */
  create(resource: Resource, object: KubeObject): KubeObject;
  /** Changes an object in place; one that comes out as it was keeps its version. Throws where there is none. */
  update(resource: Resource, namespace: string, name: string, mutate: (draft: KubeObject) => void): KubeObject;
  /** Deletes an object; one with finalizers is marked, and goes when an update takes the last of them away. */
  remove(resource: Resource, namespace: string, name: string): void;
  get(resource: Resource, namespace: string, name: string): KubeObject | undefined;
  /** Makes every version and every continue token that a client holds too old. */
  forgetHistory(): void;
  /** Makes the next request that fits go wrong. Several failures are used up in the order in which they were added. */
  fail(failure: Failure): void;
  /** Breaks every connection and forgets what watches could go on from; continue tokens stay good. The next requests get these answers first, as from a server that is not ready. */
  restart(answers?: readonly Unready[]): void;
  close(): Promise<void>;
}

const REQUESTS_KEPT = 10_000;

/** Starts a server that speaks the Kubernetes API over HTTP for the kinds of the registry. It begins without any object. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { now, seed, provider = "kubernetes", resources: kinds = KINDS.map(({ resource }) => resource) } = options;
  const resources = [...kinds, PODS, EVENTS];
  const state = new ClusterState({ now, seed, resources });
  const failures = new Failures();
  const requests: ApiRequest[] = [];
  let requestCount = 0;
  const { tls } = options;
  const listener: RequestListener = (incoming, response) => {
    respond(incoming, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : secureServer(tls, listener);
  const sockets = socketsOf(server);
  const scheme = tls === undefined ? "http" : "https";
  const url = `${scheme}://${await listen(server, options.port ?? 0)}`;

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    requestCount += 1;
    requests.push(request);
    if (requests.length > REQUESTS_KEPT) requests.shift();
    const wrong = failures.take(request);
    const reply = () => replyTo({ state, resources, users: usersOf(options), provider, now }, request);
    const gzips = String(request.headers["accept-encoding"] ?? "").includes("gzip");
    await (wrong ? misbehave(wrong, reply, response, gzips) : deliver(reply(), response, gzips));
  }

  return {
    url,
    get resourceVersion() {
      return String(state.revision);
    },
    requests,
    get requestCount() {
      return requestCount;
    },
    create: (resource, object) => state.create(resource, object),
    update: (resource, namespace, name, mutate) => state.update(resource, namespace, name, mutate),
    remove: (resource, namespace, name) => state.remove(resource, namespace, name),
    get: (resource, namespace, name) => state.get(resource, namespace, name),
    forgetHistory: () => state.forget({ lists: true }),
    fail: (next) => failures.add(next),
    restart: (answers = []) => {
      state.forget({ lists: false });
      for (const answer of answers) failures.add(unready(answer));
      destroyAll(sockets);
    },
    close: () => close(server, sockets),
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
}

function usersOf({ token, users = [] }: ApiServerOptions): readonly User[] | undefined {
  if (token === undefined) return users.length === 0 ? undefined : users;
  return [{ name: "admin", token }, ...users];
}

function replyTo(...[context, request]: Parameters<typeof handle>): Reply {
  try {
    return handle(context, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return failure(500, "InternalError", "Internal error occurred: the simulated server failed");
  }
}

async function deliver(reply: Reply, response: ServerResponse, gzips: boolean): Promise<void> {
  if (typeof reply === "function") reply(response);
  else await send(response, reply, gzips);
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  const body = await text(incoming);
  return { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** HTTP/2 as well: its server and its answers are used as those of HTTP/1.1 are. */
function secureServer(tls: NonNullable<ApiServerOptions["tls"]>, listener: RequestListener): Server {
  const server = createSecureServer({ ...tls, allowHTTP1: true });
  server.on("session", (session) => session.on("error", () => {}));
  return server.on("request", listener as never);
}

/** Those that are open: of HTTP/2 no server closes them by itself. */
function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  destroyAll(sockets);
  await closed;
}
