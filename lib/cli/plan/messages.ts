import type { ReceiverConfig } from "#config/model";
import type { JobEvent } from "#jobs/event";
import { nameOf } from "#routing/channel";
import { openWords } from "#words/words";
import { messageLines, paint } from "../terminal.ts";
import type { Planned } from "./planned.ts";

type Receivers = readonly Pick<ReceiverConfig<unknown>, "name" | "type" | "messages">[];

/** What each receiver would be told, in its language and by its templates, as a terminal shows it. */
export function messagesOf(planned: readonly Planned[], receivers: Receivers): readonly string[] {
  return planned.flatMap(({ event, decision }) =>
    decision.verdicts.filter(({ told }) => told).flatMap(({ receiver }) => messageTo(receiver, event, receivers)),
  );
}

function messageTo(receiver: string, event: JobEvent, receivers: Receivers): readonly string[] {
  const own =
    receivers.find(({ name }) => name === receiver) ?? receivers.find(({ name }) => name === nameOf(receiver));
  const lines = own !== undefined && isProgram(own) ? [AS_JSON] : messageLines(event, openWords(own?.messages));
  return ["", paint("gray", `to ${receiver}, ${event.event} of ${event.namespace}/${event.name}:`), ...lines];
}

const AS_JSON = "the event as JSON, see docs/webhook-body.md";

function isProgram({ type }: Receivers[number]): boolean {
  return type === "webhook" || type === "sns" || type === "eventbridge";
}
