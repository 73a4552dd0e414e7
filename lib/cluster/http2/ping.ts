import type { ClientHttp2Session } from "node:http2";

/** Whether a connection's other end answers a PING within so many milliseconds. */
export function isAlive(session: ClientHttp2Session, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // A process that was busy for longer than that has not read yet what came meanwhile.
    const timer = setTimeout(() => setImmediate(() => resolve(false)), withinMs);
    const end = (isThere: boolean) => {
      clearTimeout(timer);
      resolve(isThere);
    };
    if (session.destroyed || !session.ping((error) => end(error === null))) end(false);
  });
}
