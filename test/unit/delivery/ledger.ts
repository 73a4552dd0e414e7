import type { Digest } from "#receivers/receiver";
import type { Delivery, Settlement, Store, Stream } from "#store/store";

/** A post as its receiver saw it begin: an event, or many in a digest. */
export interface Begun {
  readonly receiver: string;
  readonly ids: readonly string[];
  /** Who posts. */
  readonly by: { readonly isDead: boolean };
}

/** What was queued, posted and settled, and what of it should never be: nothing lost, nothing twice without need, nothing out of order. */
export class Ledger {
  readonly #queued = new Set<string>();
  readonly #taken: string[] = [];
  readonly #lost: string[] = [];
  readonly #settled = new Map<string, "delivered" | "dead">();
  readonly #memos = new Map<string, string>();
  readonly #answered = new Map<string, string>();
  readonly #inFlight = new Map<string, Begun>();
  readonly #digests = new Map<string, string>();
  readonly #toldBy = new Map<string, string>();
  readonly wrong: string[] = [];

  /** The store, where each settlement is entered that is written. */
  watched(store: Store): Store {
    const settle = async (claimed: Delivery, settlement: Settlement, memo?: string) => {
      const result = await store.settle(claimed, settlement, memo);
      if (result === "settled") this.#enter(claimed, settlement);
      return result;
    };
    return { ...store, settle };
  }

  queue(receiver: string, ids: readonly string[]): void {
    for (const id of ids) this.#queued.add(`${receiver} ${id}`);
  }

  /** How many events of a job were queued for a receiver. */
  count(receiver: string, uid: string): number {
    return this.#streamOf(`${receiver} evt_${uid}_0`).length;
  }

  /** Events are posted when those before them are over or in the same message, not when they are over themselves, nor while somebody else posts them. */
  begin(post: Begun): void {
    const names = namesOf(post);
    for (const [index, name] of names.entries()) {
      const stream = this.#streamOf(name);
      const before = new Set(names.slice(0, index));
      const early = stream
        .slice(0, stream.indexOf(name))
        .filter((each) => !this.#settled.has(each) && !before.has(each));
      if (early.length > 0) this.wrong.push(`${name} came before ${early.join(", ")}`);
      if (this.#settled.has(name)) this.wrong.push(`${name} came again, after it was over`);
      if (this.#inFlight.get(name)?.by.isDead === false) this.wrong.push(`${name} was posted twice at once`);
      this.#inFlight.set(name, post);
      this.#answered.delete(name);
    }
  }

  end(post: Begun): void {
    for (const name of namesOf(post)) if (this.#inFlight.get(name) === post) this.#inFlight.delete(name);
  }

  /** A digest has an id that no other one has. */
  readDigest(receiver: string, { id, events }: Digest): void {
    const content = events.map((event) => event.id).join(" ");
    if (events.length < 2) this.wrong.push(`a digest of ${content}`);
    if ((this.#digests.get(id) ?? content) !== content) this.wrong.push(`${id} is of ${content} and of others`);
    this.#digests.set(id, content);
    for (const event of events) this.#toldBy.set(`${receiver} ${event.id}`, id);
  }

  /** An event by itself comes with what was last remembered of its job. */
  readEvent({ uid, receiver }: Stream, id: string, memo: string | undefined): void {
    this.#toldBy.delete(`${receiver} ${id}`);
    const expected = this.#memos.get(`${receiver} ${uid}`);
    if (memo !== expected) this.wrong.push(`${receiver} ${id} came with ${memo}, not ${expected}`);
  }

  /** What is to be remembered once the settlement of this post is written. */
  answer(name: string, memo: string): void {
    this.#answered.set(name, memo);
  }

  take(names: readonly string[]): void {
    this.#taken.push(...names);
  }

  /** The sender does not know that they were taken. */
  lose(names: Iterable<string>): void {
    this.#lost.push(...names);
  }

  /** Closes the accounts. */
  async audit(store: Store): Promise<void> {
    for (const name of this.#queued) this.#auditOne(name);
    for (const { receiver, event, digest } of await store.deliveries({ state: "delivered", limit: 10_000 })) {
      const told = this.#toldBy.get(`${receiver} ${event.id}`);
      if (digest !== told) this.wrong.push(`${receiver} ${event.id} was told by ${told}, not ${digest}`);
    }
  }

  #auditOne(name: string): void {
    const times = (names: readonly string[]) => names.filter((each) => each === name).length;
    const [taken, lost, state] = [times(this.#taken), times(this.#lost), this.#settled.get(name)];
    if (state === undefined) this.wrong.push(`${name} was neither delivered nor given up`);
    // Taken once more than answers were lost; what is given up was taken only where its answers were lost.
    const expected = state === "delivered" ? lost + 1 : lost;
    if (taken !== expected) this.wrong.push(`${name} was taken ${taken} times, not ${expected}: ${state}`);
  }

  #enter(claimed: Delivery, { state }: Settlement): void {
    const memo = this.#answered.get(nameOf(claimed));
    if (memo !== undefined) this.#memos.set(`${claimed.receiver} ${claimed.event.uid}`, memo);
    if (state !== "retry") this.#settled.set(nameOf(claimed), state);
  }

  #streamOf(name: string): readonly string[] {
    const stream = name.slice(0, name.lastIndexOf("_") + 1);
    return [...this.#queued].filter((each) => each.startsWith(stream));
  }
}

export function nameOf({ receiver, event: { id } }: Delivery): string {
  return `${receiver} ${id}`;
}

export function namesOf({ receiver, ids }: Pick<Begun, "receiver" | "ids">): readonly string[] {
  return ids.map((id) => `${receiver} ${id}`);
}
