import type { ServerResponse } from "node:http";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { type Answer, json } from "./answer.ts";
import type { Misbehaviour } from "./failures.ts";
import type { Reply } from "./handle.ts";
import { send } from "./send.ts";
import { answerOf } from "./wrong-answer.ts";

const READ_WITHIN_MS = 20;

/** Lets one exchange go wrong. What the true answer would be is asked only where a part of it is sent. */
export async function misbehave(
  wrong: Misbehaviour,
  reply: () => Reply,
  response: ServerResponse,
  gzips: boolean,
): Promise<void> {
  if ("status" in wrong) return send(response, answerOf(wrong), gzips);
  if ("hang" in wrong) return;
  if ("reset" in wrong) return void response.socket?.resetAndDestroy();
  if ("truncate" in wrong) return truncate(reply(), response, gzips);
  const { body, ...head } = beginningOf(reply(), response);
  if ("resetAfter" in wrong) return resetAfter(response, head, body.slice(0, wrong.resetAfter));
  if ("halfLine" in wrong) return void begin(response, head).end(withoutItsEnd(body));
  if ("slow" in wrong) return drip(begin(response, head), body, wrong.slow);
  if ("reorder" in wrong) return void begin(response, head).end(turned(body));
  if ("empty" in wrong) return void begin(response, head).end(emptied(body));
  wrong satisfies never;
}

async function truncate(reply: Reply, response: ServerResponse, gzips: boolean): Promise<void> {
  if (typeof reply === "function") response.destroy();
  else await send(response, reply, gzips, true);
}

/** What is known at once of the answer: all of it, but of a watch what it begins with. */
function beginningOf(reply: Reply, response: ServerResponse): Answer {
  if (typeof reply !== "function") return reply;
  const lines: string[] = [];
  const keep = (text = "") => lines.push(text);
  reply({
    writeHead: () => {},
    flushHeaders: () => {},
    write: keep,
    end: keep,
    on: (event, listener) => response.on(event, listener),
  });
  return { ...json(200, ""), body: lines.join("") };
}

function begin(response: ServerResponse, { status, headers }: Omit<Answer, "body">): ServerResponse {
  return response.writeHead(status, { ...headers });
}

async function resetAfter(response: ServerResponse, head: Omit<Answer, "body">, body: string): Promise<void> {
  begin(response, head).flushHeaders();
  await new Promise((written) => response.write(body || " ", written));
  // A reset takes away what its reader has not read yet; a reader in this process reads between two turns.
  await pause(READ_WITHIN_MS);
  await turn();
  await turn();
  response.socket?.resetAndDestroy();
}

async function drip(response: ServerResponse, body: string, { everyMs, bytes }: { everyMs: number; bytes: number }) {
  const whole = Buffer.from(body);
  for (let start = 0; start < whole.length; start += bytes) {
    await pause(everyMs);
    if (response.destroyed) return;
    response.write(whole.subarray(start, start + bytes));
  }
  response.end();
}

function withoutItsEnd(body: string): string {
  const lines = body.trimEnd().split("\n");
  const last = lines.pop() ?? "";
  return [...lines, last.slice(0, Math.ceil(last.length / 2))].join("\n");
}

function turned(body: string): string {
  const lines = body.trimEnd().split("\n");
  if (lines.length > 1) return `${lines.toReversed().join("\n")}\n`;
  const list = JSON.parse(body) as { items?: readonly unknown[] };
  return JSON.stringify({ ...list, ...(list.items && { items: list.items.toReversed() }) });
}

function emptied(body: string): string {
  const list = JSON.parse(body) as { metadata: object };
  return JSON.stringify({
    ...list,
    metadata: { ...list.metadata, continue: "", remainingItemCount: undefined },
    items: [],
  });
}
