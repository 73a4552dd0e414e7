import type { Socket } from "node:net";
import { type Place, Session, type SessionOptions } from "./session.ts";

/** A connection in the making, and how many wait for it. */
interface Opening {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

/** The connections to one server that speak HTTP/2. */
export class Pool {
  readonly #base: URL;
  readonly #options: SessionOptions;
  /** Makes a connection; answers `undefined` where that speaks HTTP/1.1. */
  readonly #connect: (signal: AbortSignal) => Promise<Socket | undefined>;
  readonly #openings = new Set<Opening>();
  #sessions: readonly Session[] = [];
  #speaksHttp1 = false;

  constructor(base: URL, options: SessionOptions, connect: (signal: AbortSignal) => Promise<Socket | undefined>) {
    this.#base = base;
    this.#options = options;
    this.#connect = connect;
  }

  /** Takes a place for one more stream; `undefined` where the server speaks HTTP/1.1. Throws what connecting throws, or the signal's reason. */
  async enter(signal: AbortSignal): Promise<Place | undefined> {
    for (;;) {
      signal.throwIfAborted();
      this.#sessions = this.#sessions.filter((session) => session.isUsable);
      // Taken before anybody else has a look at it.
      const place = this.#sessions.find(({ hasRoom }) => hasRoom)?.enter();
      if (place !== undefined || this.#speaksHttp1) return place;
      await this.#more(signal);
    }
  }

  /** Takes a connection that was made for HTTP/1.1, and turned out to speak HTTP/2. */
  adopt(socket: Socket): void {
    this.#speaksHttp1 = false;
    this.#sessions = [...this.#sessions, new Session(this.#base, socket, this.#options)];
  }

  /** From now on there is nothing but HTTP/1.1. Streams that are open may go on. */
  retire(): void {
    this.#speaksHttp1 = true;
    for (const session of this.#sessions) session.retire();
  }

  close(): void {
    for (const { stop } of this.#openings) stop.abort();
    for (const session of this.#sessions) session.destroy();
  }

  async #more(signal: AbortSignal): Promise<void> {
    const young = this.#sessions.find(({ isSettled }) => !isSettled);
    if (young !== undefined) return unlessAborted(young.settled, signal);
    // As many connections at once as will have room for those that wait, going by the last one.
    const most = this.#sessions.at(-1)?.most ?? Number.POSITIVE_INFINITY;
    const opening = [...this.#openings].find(({ waiting }) => waiting < most) ?? this.#open();
    opening.waiting += 1;
    try {
      await unlessAborted(opening.done, signal);
    } finally {
      opening.waiting -= 1;
      if (opening.waiting === 0 && this.#openings.delete(opening)) opening.stop.abort();
    }
  }

  #open(): Opening {
    const stop = new AbortController();
    const opening = { stop, waiting: 0, done: this.#connectOnce(stop.signal) };
    const forget = () => this.#openings.delete(opening);
    this.#openings.add(opening);
    opening.done.then(forget, forget);
    return opening;
  }

  async #connectOnce(signal: AbortSignal): Promise<void> {
    const socket = await this.#connect(signal);
    if (socket === undefined) this.#speaksHttp1 = true;
    else this.adopt(socket);
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp);
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
