import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { Timeouts } from "./access.ts";
import type { Incoming } from "./body.ts";
import { dial, type Target } from "./dial.ts";
import { exchangeByHttp1, openAgent } from "./http1.ts";
import { exchangeByHttp2 } from "./http2/exchange.ts";
import { Pool } from "./http2/pool.ts";
import type { Outgoing } from "./request.ts";
import { Unanswered } from "./unanswered.ts";

/** The connections to one server under one client certificate. */
export interface Peer {
  /** Sends once, by HTTP/2 where the server speaks it. Throws {@link Unanswered} where it may be sent again. */
  send(request: Outgoing, timeouts: Timeouts, signal: AbortSignal): Promise<Incoming>;
  /** Takes no further request; what is under way may go on. */
  retire(): void;
  /** Ends everything. */
  close(): void;
}

export interface PeerOptions {
  readonly http2: boolean;
  readonly maxFreeSockets: number;
  readonly now: () => number;
}

// Longer than the usual interval between two ticks, so that they share a connection. Idle sockets keep no process alive.
const IDLE_MS = 90_000;

/** Opens nothing yet: the first request connects, and the server chooses the protocol. */
export function openPeer(target: Target, { http2, maxFreeSockets, now }: PeerOptions): Peer {
  const { base, tls, connectMs } = target;
  const negotiated: Socket[] = [];
  let protocols = http2 ? ["h2", "http/1.1"] : ["http/1.1"];
  let session: Buffer | undefined;

  async function connect(signal: AbortSignal): Promise<Socket> {
    const more: ConnectionOptions = { ALPNProtocols: protocols, ...(session && { session }) };
    const socket = await dial(target, more, signal).catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
    return socket;
  }

  const pool = new Pool(base, { connectMs, idleMs: IDLE_MS, now }, async (signal) => {
    const socket = await connect(signal);
    if (speaksHttp2(socket)) return socket;
    negotiated.push(socket.unref());
    return undefined;
  });

  const agent = openAgent({ maxFreeSockets, timeout: IDLE_MS }, async (signal) => {
    const kept = negotiated.pop();
    if (kept !== undefined && !kept.destroyed) return kept.ref();
    const socket = await connect(signal);
    if (!speaksHttp2(socket)) return socket;
    // It was restarted, or stands beside others that differ.
    pool.adopt(socket);
    throw new Unanswered("untouched", undefined);
  });

  async function sendByHttp2(request: Outgoing, timeouts: Timeouts, signal: AbortSignal) {
    const place = await pool.enter(signal);
    return place && exchangeByHttp2(place, request, timeouts, signal);
  }

  return {
    async send(request, timeouts, signal) {
      try {
        const incoming = tls && http2 ? await sendByHttp2(request, timeouts, signal) : undefined;
        return incoming ?? (await exchangeByHttp1(agent, request, timeouts, signal));
      } catch (error) {
        if (error instanceof Unanswered && error.fate === "http1") {
          protocols = ["http/1.1"];
          pool.retire();
        }
        throw error;
      }
    },
    retire: () => pool.retire(),
    close() {
      agent.destroy();
      pool.close();
      for (const socket of negotiated) socket.destroy();
    },
  };
}

function speaksHttp2(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).alpnProtocol === "h2";
}
