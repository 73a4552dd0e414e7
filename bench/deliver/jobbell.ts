// What the product does with a full outbox, in a process of its own.
import { openDeliverer } from "#delivery/deliver";
import { httpPost } from "#receivers/post";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { pause } from "#wiring";
import { instruction, report } from "../cluster-read/spent.ts";
import type { JobbellTask } from "./contenders.ts";
import { SECRET } from "./workload.ts";

const { state, urls } = instruction<JobbellTask>();

await report(async () => {
  const store = sqliteStore(state);
  const post = httpPost({ allowPrivate: true });
  const receivers = urls.map((url, number) =>
    webhookReceiver({ name: `hook-${number}`, url, secrets: [SECRET], post }),
  );
  let attempts = 0;
  const deliverer = openDeliverer({
    ...{ store, now: Date.now, random: Math.random, pause },
    receivers: new Map(receivers.map((receiver) => [receiver.name, receiver])),
    onSettled: () => {
      attempts += 1;
    },
  });
  await deliverer.deliverDue(new AbortController().signal);
  const { pending } = await store.counts();
  await store.close();
  return { attempts, pending };
});
