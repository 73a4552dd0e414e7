import type { Outcome, Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Delivery, Settlement, Store } from "#store/store";
import { event, queue } from "../../support/store-steps.ts";
import { hangs, openClock, openScene, receiver } from "./scene.ts";

/** What a receiver does with a post; `throttle` is the seconds that it asks for, 0 for no time. */
export type Answer =
  | "take"
  | "take slowly"
  | "take and hang" // takes it, and the sender waits in vain
  | "lose" // takes it, and the answer is lost
  | "hang"
  | "fail"
  | "refuse"
  | { readonly throttle: number };

/** A process that delivers, until it dies at a call to its store: from then on nothing is heard of it. */
interface Process {
  readonly deliverer: ReturnType<typeof openScene>["deliverer"];
  readonly stop: AbortController;
  readonly cut: AbortController;
  /** Posts that were taken and not settled. */
  readonly unsettled: Set<string>;
  isDead: boolean;
  /** Calls to the store until it dies, and whether the last one is done all the same. */
  dies: { calls: number; readonly done: boolean } | undefined;
  running: Promise<void> | undefined;
}

const NEVER = new Promise<never>(() => {});
const FOREVER = new AbortController().signal;

/** Receivers with moods and processes that die, over one store and one simulated time, with an account of all posts. */
export class World {
  readonly #clock = openClock();
  readonly #store: Store;
  readonly #names: readonly string[];
  readonly #scripts: Readonly<Record<string, Answer[]>>;
  readonly #down = new Set<string>();
  readonly #queued: string[] = [];
  readonly #taken: string[] = [];
  readonly #lost: string[] = [];
  readonly #settled = new Map<string, "delivered" | "dead">();
  #process: Process;
  /** What should never be. */
  readonly wrong: string[] = [];

  constructor(scripts: Readonly<Record<string, readonly Answer[]>>) {
    const store = sqliteStore(":memory:");
    const settle = async (claimed: Delivery, settlement: Settlement) => {
      const result = await store.settle(claimed, settlement);
      if (result === "settled" && settlement.state !== "retry") this.#settled.set(nameOf(claimed), settlement.state);
      return result;
    };
    this.#store = { ...store, settle };
    this.#names = Object.keys(scripts);
    this.#scripts = Object.fromEntries(Object.entries(scripts).map(([name, answers]) => [name, [...answers]]));
    this.#process = this.#start();
  }

  /** The next events of a job, for one receiver. */
  async queue(receiverName: string, uid: string, count: number): Promise<void> {
    const said = this.#streamOf(`${receiverName} evt_${uid}_0`).length;
    const events = Array.from({ length: count }, (_, index) => event(uid, said + index));
    this.#queued.push(...events.map(({ id }) => `${receiverName} ${id}`));
    await queue(this.#store, receiverName, events, this.#clock.now);
    this.#process.deliverer.nudge();
  }

  /** Lets time pass, while what is due is delivered; a process that died is followed by another one. */
  async pass(ms: number): Promise<void> {
    if (this.#process.isDead) this.#process = this.#start();
    const process = this.#process;
    process.running ??= process.deliverer
      .deliverDue(process.stop.signal, process.cut.signal)
      .catch((error: unknown) => void this.wrong.push(`deliverDue failed: ${error}`))
      .finally(() => {
        process.running = undefined;
      });
    await this.#clock.advance(ms);
  }

  setDown(receiverName: string, down: boolean): void {
    if (down) this.#down.add(receiverName);
    else this.#down.delete(receiverName);
  }

  /** Stops the process, cuts what is still under way after a while, and starts another one. */
  async restart(graceMs: number): Promise<void> {
    const process = this.#process;
    process.stop.abort();
    await this.#clock.advance(graceMs);
    process.cut.abort();
    await this.#clock.advance(0);
    if (process.running && !process.isDead) this.wrong.push("a process does not stop");
    this.#process = this.#start();
  }

  /** Makes the process die at one of its next calls to the store. */
  die(calls: number, done: boolean): void {
    this.#process.dies = { calls, done };
  }

  /** Lets everything work again, for as long as it takes, and closes the accounts. */
  async finish(): Promise<void> {
    this.#down.clear();
    this.#process.dies = undefined;
    for (let hour = 0; hour < 100 && (await this.#store.counts()).pending > 0; hour += 1) await this.pass(3_600_000);
    for (const name of this.#queued) this.#audit(name);
    await this.#store.close();
  }

  #audit(name: string): void {
    const taken = this.#taken.filter((each) => each === name).length;
    const lost = this.#lost.filter((each) => each === name).length;
    const state = this.#settled.get(name);
    if (state === undefined) this.wrong.push(`${name} was neither delivered nor given up`);
    // Taken once more than answers were lost; what is given up was taken only where its answers were lost.
    const expected = state === "delivered" ? lost + 1 : lost;
    if (taken !== expected) this.wrong.push(`${name} was taken ${taken} times, not ${expected}: ${state}`);
  }

  #start(): Process {
    const receivers = this.#names.map((name) => this.#receiver(name, () => process));
    const { deliverer } = openScene(receivers, { store: this.#mortal(() => process), clock: this.#clock });
    const signals = { stop: new AbortController(), cut: new AbortController() };
    const process: Process = {
      ...{ deliverer, ...signals, unsettled: new Set<string>() },
      ...{ isDead: false, dies: undefined, running: undefined },
    };
    return process;
  }

  /** The store as a process has it that may die at any call. */
  #mortal(owner: () => Process): Store {
    const store = this.#store;
    return {
      ...store,
      due: (...args) => this.#call(owner(), () => store.due(...args)),
      claimDelivery: (...args) => this.#call(owner(), () => store.claimDelivery(...args)),
      settle: (claimed, settlement) =>
        this.#call(owner(), async () => {
          owner().unsettled.delete(nameOf(claimed));
          return store.settle(claimed, settlement);
        }),
    };
  }

  async #call<T>(process: Process, call: () => Promise<T>): Promise<T> {
    if (process.isDead) return NEVER;
    const { dies } = process;
    if (dies === undefined || dies.calls > 0) {
      if (dies) dies.calls -= 1;
      return call();
    }
    process.isDead = true;
    if (dies.done) await call();
    this.#lost.push(...process.unsettled);
    return NEVER;
  }

  #receiver(name: string, owner: () => Process): Receiver {
    const send = async (_: number, signal: AbortSignal, id: string): Promise<Outcome> => {
      const [process, post] = [owner(), `${name} ${id}`];
      if (process.isDead) return NEVER;
      this.#checkOrder(post);
      if (this.#down.has(name)) return { state: "retry", reason: "refused" };
      return this.#answer(process, post, this.#scripts[name]?.shift() ?? "take", signal);
    };
    return receiver(name, send, { minGapMs: name === "chat" ? 1_000 : 0 });
  }

  async #answer(process: Process, post: string, answer: Answer, signal: AbortSignal): Promise<Outcome> {
    if (typeof answer === "object") {
      const outcome = { state: "retry", reason: "HTTP 429", throttled: true } as const;
      return answer.throttle === 0 ? outcome : { ...outcome, retryAfterMs: answer.throttle * 1_000 };
    }
    switch (answer) {
      case "fail":
        return { state: "retry", reason: "HTTP 500" };
      case "refuse":
        return { state: "dead", reason: "HTTP 400" };
      case "hang":
        return this.#silence(signal);
      case "take":
        this.#take(process, post);
        return { state: "delivered" };
      case "lose":
        this.#take(process, post);
        this.#lose(process, post);
        return { state: "retry", reason: "reset" };
      case "take and hang":
        this.#take(process, post);
        this.#lose(process, post);
        return this.#silence(signal);
      case "take slowly":
        this.#take(process, post);
        return this.#late(process, post, signal);
      default:
        return answer satisfies never;
    }
  }

  async #silence(signal: AbortSignal): Promise<Outcome> {
    await this.#clock.pause(10_000, signal);
    return { state: "retry", reason: "no answer" };
  }

  async #late(process: Process, post: string, signal: AbortSignal): Promise<Outcome> {
    const delivered = this.#clock.pause(3_000, FOREVER).then((): Outcome => ({ state: "delivered" }));
    const outcome = await Promise.race([delivered, hangs(signal)]);
    if (outcome.state !== "delivered" && !process.isDead) this.#lose(process, post);
    return outcome;
  }

  #take(process: Process, post: string): void {
    this.#taken.push(post);
    process.unsettled.add(post);
  }

  #lose(process: Process, post: string): void {
    this.#lost.push(post);
    process.unsettled.delete(post);
  }

  /** An event is posted only when those before it are over, and not when it is over itself. */
  #checkOrder(post: string): void {
    const stream = this.#streamOf(post);
    const early = stream.slice(0, stream.indexOf(post)).filter((each) => !this.#settled.has(each));
    if (early.length > 0) this.wrong.push(`${post} came before ${early.join(", ")}`);
    if (this.#settled.has(post)) this.wrong.push(`${post} came again, after it was over`);
  }

  #streamOf(post: string): readonly string[] {
    const stream = post.slice(0, post.lastIndexOf("_") + 1);
    return this.#queued.filter((each) => each.startsWith(stream));
  }
}

function nameOf({ receiver: name, event: { id } }: Delivery): string {
  return `${name} ${id}`;
}
