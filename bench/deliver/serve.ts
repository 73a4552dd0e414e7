// All receivers, in a process of their own: what they take is not what their senders take.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import type { Received } from "./receivers.ts";

interface Settings {
  readonly count: number;
  readonly answerAfterMs: number;
}

const { count, answerAfterMs }: Settings = JSON.parse(process.argv[2] ?? "");

/** Of each job the number of the last event that came, and how often each event came. */
const last = new Map<string, number>();
const posts = new Map<string, number>();
let outOfOrder = 0;

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request);
  const { "webhook-id": id, "webhook-signature": signature } = request.headers;
  const [, job = "", number] = String(id).split("_");
  if (signature === undefined || number === undefined) return void response.writeHead(400).end();
  posts.set(String(id), (posts.get(String(id)) ?? 0) + 1);
  if (Number(number) !== (last.get(job) ?? -1) + 1) outOfOrder += 1;
  last.set(job, Number(number));
  await after(answerAfterMs);
  response.writeHead(204).end();
}

async function listen(): Promise<number> {
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** What came since the last question. */
function received(): Received {
  const times = [...posts.values()];
  const answer = { once: times.filter((each) => each === 1).length, again: sumBeyondOne(times), outOfOrder };
  posts.clear();
  last.clear();
  outOfOrder = 0;
  return answer;
}

function sumBeyondOne(times: readonly number[]): number {
  return times.reduce((sum, each) => sum + each - 1, 0);
}

process.send?.(await Promise.all(Array.from({ length: count }, listen)));
process.on("message", () => process.send?.(received()));
process.on("disconnect", () => process.exit());
