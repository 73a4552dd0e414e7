import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { advance, event } from "./store-steps.ts";

// A process of its own on a state file: it writes a line for everything that the store said was done.
// node --conditions=jobbell-source test/support/store-process.ts FILE NAME hammer|hold|open [STEPS]

const [path = "", name = "", task = "", steps = "0"] = process.argv.slice(2);
const HOUR = 3_600_000;

/** Queues events of its own and of a job that is shared, and delivers whatever is due. */
async function hammer(store: Store): Promise<void> {
  for (let number = 1; number <= Number(steps); number += 1) {
    const own = event(name, number);
    await until(() =>
      advance(store, { key: `ml/${name}`, deliveries: [{ receiver: "chat", event: own }], now: Date.now() }),
    );
    console.log(`queued ${own.id}`);
    await until(() => advance(store, { key: "ml/shared", now: Date.now() }));
    for (const delivery of await store.due(Date.now(), 3)) await deliver(store, delivery);
  }
}

async function until(step: () => Promise<"advanced" | "stale">): Promise<void> {
  while ((await step()) === "stale");
}

async function deliver(store: Store, delivery: Parameters<Store["settle"]>[0]): Promise<void> {
  const now = Date.now();
  const claim = await store.claimDelivery(delivery, { until: now + HOUR }, now);
  if (claim === "taken") return;
  if ((await store.settle(claim, { state: "delivered", at: now })) === "settled")
    console.log(`delivered ${claim.event.id}`);
}

/** Takes a scope and whatever is due for an hour, and waits to be killed. */
async function hold(store: Store): Promise<void> {
  const now = Date.now();
  await store.claimScope(name, { until: now + HOUR }, now);
  for (const delivery of await store.due(now, 100)) await store.claimDelivery(delivery, { until: now + HOUR }, now);
  console.log("holding");
  setInterval(() => {}, HOUR);
}

const store = sqliteStore(path);
console.log(`opened ${store.owner}`);
if (task === "hammer") await hammer(store);
if (task === "hold") await hold(store);
else await store.close();
