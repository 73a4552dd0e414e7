// The least that it takes: the same posts by fetch, those of a job in their order, and nothing remembered.
import { webhookBody } from "#receivers/webhook/body";
import { signer } from "#receivers/webhook/sign";
import { instruction, report } from "../cluster-read/spent.ts";
import type { LoopTask } from "./contenders.ts";
import { AT_ONCE, jobs, SECRET } from "./workload.ts";

const { urls } = instruction<LoopTask>();
const sign = signer("bench", [SECRET]);

await report(async () => {
  const perReceiver = Map.groupBy(jobs(), ({ receiver }) => receiver);
  await Promise.all([...perReceiver].map(([number, own]) => postAll(urls[number] ?? "", own)));
  return { attempts: 0, pending: 0 };
});

async function postAll(url: string, own: ReturnType<typeof jobs>): Promise<void> {
  const queue = [...own];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift())
      for (const event of job.events) await post(url, event);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function post(url: string, event: Parameters<typeof webhookBody>[0]): Promise<void> {
  const body = webhookBody(event);
  const headers = { "content-type": "application/json", ...sign(event.id, Date.now(), body) };
  const answer = await fetch(url, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`a receiver answers ${answer.status}`);
  await answer.arrayBuffer();
}
