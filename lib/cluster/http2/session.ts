import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Fault } from "../fault.ts";
import { resetError } from "../unanswered.ts";
import { isAlive } from "./ping.ts";

// A stream's window is what may be under way, or lie here unread. Node's 64 kB carry 1.3 MB/s over 50 ms of round trip,
// this carries 20 MB/s, and a hundred watches that nobody reads hold 100 MB at the very most.
const STREAM_WINDOW = 1024 * 1024;
// Of all streams together, so that lists that are read side by side do not share the pace of one.
const CONNECTION_WINDOW = 16 * 1024 * 1024;
// Of a connection that was silent for longer it is asked whether it is still there: what stands between may have
// forgotten it, and says so to nobody.
const PING_AFTER_MS = 5_000;
const PING_WITHIN_MS = 5_000;
const CANCEL = 8;

export interface SessionOptions {
  readonly connectMs: number;
  /** After how long without a stream it is not used again. */
  readonly idleMs: number;
  /** Milliseconds since 1970. A timer may not have run while the process was frozen. */
  readonly now: () => number;
}

/** Where one stream may be opened. */
export interface Place {
  readonly session: Session;
  /** Gives it back. */
  readonly leave: () => void;
}

/** One connection that speaks HTTP/2, and the places on it. */
export class Session {
  /** Ends when the server has said how many streams it takes, or nothing more is to be expected. */
  readonly settled: Promise<void>;
  isSettled = false;
  /** Whether it has answered anything: a failure then says less about the server than about the connection. */
  hasAnswered = false;
  /** The last stream that the server looked at, once it said so. */
  lastStream = Number.POSITIVE_INFINITY;
  readonly #socket: Socket;
  readonly #http2: ClientHttp2Session;
  readonly #options: SessionOptions;
  #places = 0;
  #isRetired = false;
  #heardAt: number;
  #check: Promise<void> | undefined;

  constructor(base: URL, socket: Socket, options: SessionOptions) {
    // Loaded only here: most functions never speak it.
    const http2 = process.getBuiltinModule("node:http2");
    this.#socket = socket;
    this.#options = options;
    this.#heardAt = options.now();
    this.#http2 = http2.connect(base, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.settled = this.#settle();
    this.#listen();
  }

  /** How many streams the server takes; before it said so one, since whatever is beyond waits within Node unseen. */
  get most(): number {
    return this.isSettled ? Math.max(1, this.#http2.remoteSettings?.maxConcurrentStreams ?? 100) : 1;
  }

  get isUsable(): boolean {
    return !this.#isRetired && !this.#isForgotten();
  }

  get hasRoom(): boolean {
    return this.isUsable && this.#places < this.most;
  }

  get hasFailed(): boolean {
    return this.#http2.destroyed || this.#http2.closed;
  }

  /** Takes the place of one stream. While one is taken the process stays alive. */
  enter(): Place {
    if (this.#options.now() - this.#heardAt > PING_AFTER_MS) this.#check ??= this.#ask();
    if (this.#places === 0) this.#http2.ref();
    this.#places += 1;
    const leave = () => {
      this.#places -= 1;
      if (this.#places === 0) this.#rest();
    };
    return { session: this, leave };
  }

  /** Whether it is still there, where that had to be asked: otherwise it is destroyed by then. */
  async whenAlive(): Promise<void> {
    await this.#check;
  }

  /** Begins a request. Throws where the connection takes none any more. */
  open(headers: Readonly<Record<string, string>>, hasBody: boolean, signal: AbortSignal): ClientHttp2Stream {
    return this.#http2.request(headers, { endStream: !hasBody, signal });
  }

  /** Something came. */
  hear(): void {
    this.#heardAt = this.#options.now();
  }

  /** Takes no further stream; those that are open may go on. */
  retire(): void {
    this.#isRetired = true;
    if (!this.#http2.destroyed) this.#http2.close();
  }

  destroy(error: Error = resetError()): void {
    this.#isRetired = true;
    this.#http2.destroy(error, CANCEL);
  }

  #listen(): void {
    const session = this.#http2;
    // A window larger than the protocol's own is granted once the connection is Node's.
    session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW));
    session.on("error", () => this.retire());
    session.on("close", () => this.retire());
    session.on("goaway", (_code, lastStream) => {
      this.lastStream = lastStream;
      this.retire();
    });
    session.setTimeout(this.#options.idleMs, () => {
      if (this.#places === 0) this.retire();
    });
    session.unref();
  }

  #settle(): Promise<void> {
    return new Promise((resolve) => {
      const { connectMs } = this.#options;
      const end = () => {
        this.isSettled = true;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => this.destroy(new Fault("connect-timeout", connectMs)), connectMs);
      this.#http2.once("remoteSettings", end);
      this.#http2.once("close", end);
    });
  }

  #isForgotten(): boolean {
    const { now, idleMs } = this.#options;
    // A clock that was put back knows nothing of how long it was.
    const silentMs = Math.abs(now() - this.#heardAt);
    if (this.#places > 0 || silentMs <= idleMs) return false;
    this.destroy();
    return true;
  }

  #rest(): void {
    this.hear();
    if (!this.#http2.destroyed) this.#http2.unref();
  }

  async #ask(): Promise<void> {
    const { bytesRead } = this.#socket;
    const isThere = await isAlive(this.#http2, Math.min(PING_WITHIN_MS, this.#options.connectMs));
    // Behind much that is under way, the answer comes late.
    if (isThere || this.#socket.bytesRead > bytesRead) this.hear();
    else this.destroy();
    this.#check = undefined;
  }
}
