import { once } from "node:events";
import type * as Http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { Fault } from "./fault.ts";

// As in transport.ts: an import would load all of undici.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** What an agent asks of a connection, with the TLS options of https. */
type Target = Pick<Http.ClientRequestArgs, "host" | "port"> & Omit<ConnectionOptions, "host" | "port"> & GivenUp;

/** Handed through an agent, which keeps a request's own signal to itself. */
export interface GivenUp {
  readonly givenUp: AbortSignal;
}

/** Lets an agent's connections go by HTTP CONNECT through a proxy; TLS runs inside, with the server itself. Its failures are {@link Fault}s. Requests carry {@link GivenUp}. */
export function useProxy(agent: Http.Agent, proxy: string, connectMs: number): void {
  const address = new URL(proxy);
  const isSecure = agent instanceof https.Agent;
  agent.createConnection = (options, callback) => {
    const opened = open(address, options as Target, isSecure, connectMs);
    opened.then(
      (socket) => callback?.(null, socket),
      // Node hands out what came of it with no socket beside an error.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
}

async function open(proxy: URL, target: Target, isSecure: boolean, connectMs: number): Promise<Duplex> {
  const socket = await tunnel(proxy, target, connectMs);
  return isSecure ? secure(socket, target, connectMs) : socket;
}

function hostOf({ host, port }: Target): string {
  const name = host ?? "";
  return `${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port}`;
}

async function tunnel(proxy: URL, target: Target, connectMs: number): Promise<Socket> {
  const host = hostOf(target);
  const headers = { host, ...authorizationOf(proxy) };
  const options = { method: "CONNECT", path: host, headers, agent: false, signal: target.givenUp } as const;
  const place = { hostname: proxy.hostname.replace(/^\[|\]$/g, ""), port: proxy.port || undefined };
  const request = (proxy.protocol === "https:" ? https : http).request({ ...place, ...options });
  const timer = setTimeout(() => request.destroy(new Fault("proxy-timeout", connectMs)), connectMs);
  try {
    request.end();
    const [{ statusCode = 0 }, socket] = (await once(request, "connect")) as [Http.IncomingMessage, Socket];
    if (statusCode >= 200 && statusCode < 300) return socket;
    socket.destroy();
    throw new Fault("proxy-refused", statusCode);
  } catch (error) {
    // Node's own errors name the proxy's address, and would read as the server's.
    throw error instanceof Fault ? error : new Fault("proxy-unreachable", 0);
  } finally {
    clearTimeout(timer);
  }
}

async function secure(socket: Socket, target: Target, connectMs: number): Promise<TLSSocket> {
  const secured = connect({ ALPNProtocols: ["http/1.1"], ...tlsOf(target), socket });
  const timer = setTimeout(() => secured.destroy(new Fault("connect-timeout", connectMs)), connectMs);
  try {
    await once(secured, "secureConnect", { signal: target.givenUp });
    return secured;
  } catch (error) {
    secured.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

// The host is kept for the check of the certificate's names; the port is the tunnel's matter.
function tlsOf({ port: _, givenUp: __, host, ...tls }: Target): ConnectionOptions {
  return { ...tls, ...(host != null && { host }) };
}

function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
