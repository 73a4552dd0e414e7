import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { Fault } from "./fault.ts";
import { type Address, openTunnel } from "./proxy.ts";

/** Where a connection leads. */
export interface Target {
  readonly base: URL;
  /** Absent for plain http. */
  readonly tls: ConnectionOptions | undefined;
  readonly proxy: string | undefined;
  readonly connectMs: number;
}

// What stands between forgets a connection that is silent for some minutes: a watch may be.
const KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/** A connection that is made, TLS and proxy included. Throws {@link Fault}, Node's errors, or the signal's reason. */
export async function dial(target: Target, more: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  const { tls, proxy, connectMs } = target;
  const address = addressOf(target);
  const tunnel = proxy === undefined ? undefined : await openTunnel(new URL(proxy), address, connectMs, signal);
  try {
    if (tls !== undefined) {
      const way = tunnel === undefined ? { ...KEEP_ALIVE, ...address } : { host: address.host, socket: tunnel };
      const servername = isIP(address.host) === 0 ? address.host : "";
      return await made(connectTls({ servername, ...tls, ...more, ...way }), "secureConnect", connectMs, signal);
    }
    return tunnel ?? (await made(connect({ ...KEEP_ALIVE, ...address }), "connect", connectMs, signal));
  } catch (error) {
    tunnel?.destroy();
    throw error;
  }
}

function addressOf({ base, tls }: Target): Address {
  const host = base.hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(base.port || (tls === undefined ? 80 : 443)) };
}

async function made<T extends Socket>(socket: T, event: string, connectMs: number, signal: AbortSignal): Promise<T> {
  const timer = setTimeout(() => socket.destroy(new Fault("connect-timeout", connectMs)), connectMs);
  // For as long as nobody else listens: an error would end the process.
  socket.on("error", () => {});
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
