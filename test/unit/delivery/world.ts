import type { Digest, Outcome, Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store, Stream } from "#store/store";
import { event, NOW, queue } from "../../support/store-steps.ts";
import { type Begun, Ledger, nameOf, namesOf } from "./ledger.ts";
import { type LaneRules, Paces } from "./paces.ts";
import { hangs, openClock, openScene } from "./scene.ts";

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

/** A receiver of a world, and what it does with its first posts; all others it takes. */
export interface Character extends LaneRules {
  /** Shared with those that name it alike. */
  readonly lane?: string;
  readonly remembers?: true;
  readonly answers: readonly Answer[];
}

/** A process that delivers, until it dies at a call to its store: from then on nothing is heard of it. */
interface Process {
  readonly deliverer: ReturnType<typeof openScene>["deliverer"];
  readonly stop: AbortController;
  readonly cut: AbortController;
  /** Posts that were taken and not settled. */
  readonly unsettled: Set<string>;
  /** What it was asked to do and has not done. */
  readonly work: Set<Promise<void>>;
  isDead: boolean;
  /** Calls to the store until it dies, and whether the last one is done all the same. */
  dies: { calls: number; readonly done: boolean } | undefined;
}

const NEVER = new Promise<never>(() => {});
const FOREVER = new AbortController().signal;
const HOUR = 3_600_000;

/** Receivers with moods and two processes that die, over one store and one simulated time, with an account of all posts. */
export class World {
  readonly #clock = openClock();
  readonly #ledger = new Ledger();
  readonly #paces = new Paces();
  readonly #store: Store = this.#ledger.watched(sqliteStore(":memory:"));
  readonly #characters: ReadonlyMap<string, Character>;
  readonly #answers: ReadonlyMap<string, Answer[]>;
  readonly #down = new Set<string>();
  readonly #processes: Process[];
  readonly #mistakes: string[] = [];
  #posts = 0;
  /** What was taken, in its order, and after how many seconds: `hook evt_a_0`. */
  readonly arrivals: { readonly at: number; readonly name: string }[] = [];

  constructor(characters: Readonly<Record<string, Character>>) {
    this.#characters = new Map(Object.entries(characters));
    this.#answers = new Map(Object.entries(characters).map(([name, { answers }]) => [name, [...answers]]));
    this.#processes = [this.#start(), this.#start()];
  }

  /** What should never be. */
  get wrong(): readonly string[] {
    return [...this.#mistakes, ...this.#ledger.wrong, ...this.#paces.wrong];
  }

  /** The next events of a job, for one receiver. */
  async queue(receiver: string, uid: string, count: number): Promise<void> {
    const said = this.#ledger.count(receiver, uid);
    const events = Array.from({ length: count }, (_, index) => event(uid, said + index));
    this.#ledger.queue(
      receiver,
      events.map(({ id }) => id),
    );
    await queue(this.#store, receiver, events, this.#clock.now);
    for (const { deliverer } of this.#processes) deliverer.nudge();
  }

  /** Lets time pass, while both processes deliver what is due, looking for it every `stepMs`; one that died is followed by another. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      for (const index of this.#processes.keys()) {
        const process = this.#process(index);
        const { deliverer, stop, cut, work } = process;
        if (work.size === 0) this.#note(process, deliverer.deliverDue(stop.signal, cut.signal));
      }
      await this.#clock.advance(stepMs);
    }
  }

  /** Asks one process for one stream, as a function is asked. */
  async invoke(index: number, stream: Stream): Promise<void> {
    const process = this.#process(index);
    const { deliverer, stop, cut } = process;
    this.#note(process, deliverer.deliverStream(stream, stop.signal, cut.signal));
    await this.#clock.advance(0);
  }

  setDown(receiver: string, down: boolean): void {
    if (down) this.#down.add(receiver);
    else this.#down.delete(receiver);
  }

  /** Stops a process, cuts what is still under way after a while, and starts another one. */
  async restart(index: number, graceMs: number): Promise<void> {
    const process = this.#process(index);
    process.stop.abort();
    await this.#clock.advance(graceMs);
    process.cut.abort();
    await this.#clock.advance(0);
    if (process.work.size > 0 && !process.isDead) this.#mistakes.push("a process does not stop");
    this.#processes[index] = this.#start();
  }

  /** Makes a process die at one of its next calls to the store. */
  die(index: number, calls: number, done: boolean): void {
    this.#process(index).dies = { calls, done };
  }

  /** Lets everything work again, for as long as it takes, and closes the accounts. */
  async finish(): Promise<void> {
    this.#down.clear();
    for (const process of this.#processes) process.dies = undefined;
    for (let hour = 0; hour < 100 && (await this.#store.counts()).pending > 0; hour += 1) await this.pass(HOUR);
    await this.#ledger.audit(this.#store);
    await this.#store.close();
  }

  #process(index: number): Process {
    const process = this.#processes[index];
    if (process !== undefined && !process.isDead) return process;
    const next = this.#start();
    this.#processes[index] = next;
    return next;
  }

  #note(process: Process, work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => void this.#mistakes.push(`delivering failed: ${error}`))
      .finally(() => process.work.delete(done));
    process.work.add(done);
  }

  #start(): Process {
    const receivers = [...this.#characters].map(([name, character]) => this.#receiver(name, character, () => process));
    const { deliverer } = openScene(receivers, { store: this.#mortal(() => process), clock: this.#clock });
    const signals = { stop: new AbortController(), cut: new AbortController() };
    const process: Process = {
      ...{ deliverer, ...signals, unsettled: new Set<string>(), work: new Set<Promise<void>>() },
      ...{ isDead: false, dies: undefined },
    };
    return process;
  }

  /** The store as a process has it that may die at any call. */
  #mortal(owner: () => Process): Store {
    const store = this.#store;
    const call = <A extends readonly unknown[], T>(method: (...args: A) => Promise<T>) => {
      return (...args: A) => this.#call(owner(), () => method(...args));
    };
    return {
      ...store,
      ...{ due: call(store.due), head: call(store.head), waiting: call(store.waiting) },
      ...{ claimDelivery: call(store.claimDelivery), memo: call(store.memo) },
      ...{ lane: call(store.lane), moveLane: call(store.moveLane) },
      settle: call((claimed, ...rest) => {
        owner().unsettled.delete(nameOf(claimed));
        return store.settle(claimed, ...rest);
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
    this.#ledger.lose(process.unsettled);
    return NEVER;
  }

  #receiver(name: string, character: Character, owner: () => Process): Receiver {
    const { gapMs, above, lane, remembers } = character;
    const digest = (read: number) => ({
      above: read,
      send: async (content: Digest, _: number, signal: AbortSignal) => {
        if (owner().isDead) return NEVER;
        this.#ledger.readDigest(name, content);
        return this.#receive(this.#begun(name, content.events, owner()), character, signal);
      },
    });
    return {
      ...{ name, kind: "test", minGapMs: gapMs },
      ...(lane !== undefined && { lane }),
      ...(remembers && { remembers }),
      ...(above !== undefined && { digest: digest(above) }),
      send: async (single, _, signal, memo) => {
        if (owner().isDead) return NEVER;
        this.#ledger.readEvent({ uid: single.uid, receiver: name }, single.id, memo);
        const outcome = await this.#receive(this.#begun(name, [single], owner()), character, signal);
        return remembers ? this.#withMemo(`${name} ${single.id}`, outcome) : outcome;
      },
    };
  }

  #withMemo(name: string, outcome: Outcome): Outcome {
    this.#posts += 1;
    const memo = `${outcome.state} ${this.#posts}`;
    this.#ledger.answer(name, memo);
    return { ...outcome, memo };
  }

  #begun(receiver: string, events: readonly { readonly id: string }[], by: Process): Post {
    return { receiver, ids: events.map(({ id }) => id), by };
  }

  async #receive(post: Post, character: Character, signal: AbortSignal): Promise<Outcome> {
    const { receiver, by } = post;
    const lane = character.lane ?? receiver;
    this.#ledger.begin(post);
    this.#paces.start(lane, character, this.#clock.now, by);
    const outcome = await this.#answer(post, signal);
    if (outcome.state === "retry" && outcome.throttled)
      this.#paces.pause(lane, this.#clock.now, this.#clock.now + (outcome.retryAfterMs ?? 5_000), by);
    this.#ledger.end(post);
    return outcome;
  }

  async #answer(post: Post, signal: AbortSignal): Promise<Outcome> {
    if (this.#down.has(post.receiver)) return { state: "retry", reason: "refused" };
    const answer = this.#answers.get(post.receiver)?.shift() ?? "take";
    if (typeof answer === "object") return throttled(answer.throttle);
    switch (answer) {
      case "fail":
        return { state: "retry", reason: "HTTP 500" };
      case "refuse":
        return { state: "dead", reason: "HTTP 400" };
      case "hang":
        return this.#silence(signal);
      case "take":
        this.#take(post);
        return { state: "delivered" };
      case "lose":
        this.#take(post);
        this.#lose(post);
        return { state: "retry", reason: "reset" };
      case "take and hang":
        this.#take(post);
        this.#lose(post);
        return this.#silence(signal);
      case "take slowly":
        this.#take(post);
        return this.#late(post, signal);
      default:
        return answer satisfies never;
    }
  }

  async #silence(signal: AbortSignal): Promise<Outcome> {
    await this.#clock.pause(10_000, signal);
    return { state: "retry", reason: "no answer" };
  }

  async #late(post: Post, signal: AbortSignal): Promise<Outcome> {
    const delivered = this.#clock.pause(3_000, FOREVER).then((): Outcome => ({ state: "delivered" }));
    const outcome = await Promise.race([delivered, hangs(signal)]);
    if (outcome.state !== "delivered" && !post.by.isDead) this.#lose(post);
    return outcome;
  }

  #take(post: Post): void {
    const names = namesOf(post);
    const at = (this.#clock.now - NOW) / 1_000;
    this.arrivals.push(...names.map((name) => ({ at, name })));
    this.#ledger.take(names);
    for (const name of names) post.by.unsettled.add(name);
  }

  #lose(post: Post): void {
    const names = namesOf(post);
    this.#ledger.lose(names);
    for (const name of names) post.by.unsettled.delete(name);
  }
}

type Post = Begun & { readonly by: Process };

function throttled(seconds: number): Outcome {
  const outcome = { state: "retry", reason: "HTTP 429", throttled: true } as const;
  return seconds === 0 ? outcome : { ...outcome, retryAfterMs: seconds * 1_000 };
}
