import { once } from "node:events";
import type * as Http from "node:http";
import type { Socket } from "node:net";
import { Fault } from "./fault.ts";

// As in http1.ts: an import would load all of undici.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

export interface Address {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** A connection to an address by HTTP CONNECT through a proxy. What goes wrong on the way to it is a {@link Fault}. */
export async function openTunnel(
  proxy: URL,
  address: Address,
  connectMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  const host = hostOf(address);
  const headers = { host, ...authorizationOf(proxy) };
  const options = { method: "CONNECT", path: host, headers, agent: false, signal } as const;
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
    signal.throwIfAborted();
    // Node's own errors name the proxy's address, and would read as the server's.
    throw error instanceof Fault ? error : new Fault("proxy-unreachable", 0);
  } finally {
    clearTimeout(timer);
  }
}

function hostOf({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
