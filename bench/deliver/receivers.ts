import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Events that came once, posts of an event beyond its first, and events that did not come behind the one before them. */
export interface Received {
  readonly once: number;
  readonly again: number;
  readonly outOfOrder: number;
}

/** Webhook receivers on this machine that take what is signed, and answer after a while. */
export interface Receivers extends AsyncDisposable {
  readonly urls: readonly string[];
  /** What came since the last question. */
  received(): Promise<Received>;
}

export async function startReceivers(count: number, answerAfterMs: number): Promise<Receivers> {
  const child = fork(fileURLToPath(new URL("serve.ts", import.meta.url)), [JSON.stringify({ count, answerAfterMs })]);
  const [ports] = (await once(child, "message")) as [readonly number[]];
  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}/hooks`),
    async received() {
      child.send("received");
      return (await once(child, "message"))[0];
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
