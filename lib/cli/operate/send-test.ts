import { type Config, loadConfig, resolveConfig } from "#config/config";
import type { EventType, JobEvent } from "#jobs/event";
import type { Outcome, Receiver } from "#receivers/receiver";
import { oneLine } from "#text/clean";
import { EXIT } from "../failure.ts";
import { noSuch } from "../no-such.ts";
import { complain, print } from "../print.ts";
import { sampleEvent } from "./sample.ts";

/** What `jobbell test` was given, as commander parsed it. */
export interface TestOptions {
  readonly config: string;
  readonly event: EventType;
}

// Longer than any receiver waits for an answer by itself.
const PATIENCE_MS = 30_000;

/** Who hears what came back. */
export interface Ears {
  well(line: string): void;
  wrong(line: string): void;
}

/** `jobbell test`: a sample message through the real receiver, once. Nothing is remembered of it. Returns the exit code. */
export async function sendTest(name: string, { config: path, event }: TestOptions): Promise<number> {
  const receiver = await opened(await loadConfig(path), name);
  return sendSample(receiver, event, { well: print, wrong: complain });
}

/** One sample, and the end of the alert that it opens: who is on call must not have to close it. Returns the exit code. */
export async function sendSample(receiver: Receiver, type: EventType, ears: Ears): Promise<number> {
  const sample = sampleEvent(type, Date.now());
  const outcome = await send(receiver, sample, undefined, ears);
  if (outcome.state !== "delivered") return EXIT.failed;
  if (!opensAlert(receiver, type)) return EXIT.ok;
  const { id, at, event, message } = sampleEvent("Succeeded", Date.now());
  const end = await send(
    receiver,
    { ...sample, id, at, event, ...(message !== undefined && { message }) },
    outcome.memo,
    ears,
  );
  return end.state === "delivered" ? EXIT.ok : EXIT.failed;
}

function opensAlert({ kind }: Receiver, type: EventType): boolean {
  return kind === "pagerduty" && type === "Failed";
}

async function opened(config: Config, name: string): Promise<Receiver> {
  const names = config.receivers.map((receiver) => receiver.name);
  const wanted = config.receivers.filter((receiver) => receiver.name === name);
  if (wanted.length === 0) throw noSuch("receiver", name, names);
  // Of the rest nothing is needed: secrets of clusters and of other receivers are left where they are.
  const { receivers } = await resolveConfig({ ...config, clusters: [], receivers: wanted });
  const [receiver] = receivers;
  if (receiver === undefined) throw new Error("a receiver was lost");
  const { openReceiver } = await import("#wiring/receivers");
  return openReceiver(receiver);
}

async function send(receiver: Receiver, event: JobEvent, memo: string | undefined, ears: Ears): Promise<Outcome> {
  const begun = performance.now();
  const outcome = await receiver.send(event, Date.now(), AbortSignal.timeout(PATIENCE_MS), memo);
  const took = Math.round(performance.now() - begun);
  const to = `${receiver.name} (${receiver.kind})`;
  switch (outcome.state) {
    case "delivered":
      ears.well(`${to}: ${event.event} delivered in ${took} ms`);
      break;
    case "retry":
      ears.wrong(`${to}: ${event.event} not delivered, a run would try again: ${oneLine(outcome.reason)}`);
      break;
    case "dead":
      ears.wrong(`${to}: ${event.event} refused for good: ${oneLine(outcome.reason)}`);
      break;
    default:
      outcome satisfies never;
  }
  return outcome;
}
