import { createHash } from "node:crypto";
import type { JobEvent } from "#jobs/event";
import { oneLine } from "#text/clean";
import { PLAIN_WORDS } from "#words/words";
import { eventData, strictJson } from "../event-data.ts";
import { writeWithin } from "../within.ts";

// 262,144 bytes with the attributes, of which there are four of at most 1 kB. docs.aws.amazon.com, SNS, API_Publish.
const MAX_BYTES = 256_000;
const MAX_ATTRIBUTE = 256;

/** The parameters of the action Publish, in the form that SNS reads, without the topic. */
export function publication(event: JobEvent, isFifo: boolean): Readonly<Record<string, string>> {
  return {
    Message: writeWithin(event, MAX_BYTES, message),
    Subject: subject(event),
    ...attributes(event),
    ...(isFifo && { MessageGroupId: groupOf(event), MessageDeduplicationId: event.id }),
  };
}

/** What subscribers read: a webhook's body, and the id that a webhook has in a header. */
function message(event: JobEvent): string {
  const type = `job.${event.event.toLowerCase()}`;
  const json = strictJson({ id: event.id, type, timestamp: event.at, data: eventData(event) });
  // A queue that subscribes takes no character that XML does not know: as an escape it is the same text.
  return json.replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

const MAX_SUBJECT = 99; // "less than 100 characters long"

/** The subject line of subscribers by mail, which older ones of them take in ASCII only: it is in English always. */
function subject(event: JobEvent): string {
  const where = [event.kind, event.namespace, event.cluster].map(oneLine).join(", ");
  const text = `${PLAIN_WORDS.describe(event).headline} (${where})`.replace(/[^ -~]+/g, "?");
  return text.length <= MAX_SUBJECT ? text : `${text.slice(0, MAX_SUBJECT - 3)}...`;
}

/** What filter policies of subscriptions match. SNS refuses an attribute that is empty. */
function attributes({ event, kind, namespace, cluster }: JobEvent): Readonly<Record<string, string>> {
  const given = Object.entries({ event, kind, namespace, cluster })
    .map(([name, value]) => [name, attributeValue(value)] as const)
    .filter(([, value]) => value !== "");
  return Object.fromEntries(
    given.flatMap(([name, value], index) => {
      const entry = `MessageAttributes.entry.${index + 1}`;
      return [
        [`${entry}.Name`, name],
        [`${entry}.Value.DataType`, "String"],
        [`${entry}.Value.StringValue`, value],
      ];
    }),
  );
}

function attributeValue(text: string): string {
  return oneLine(text.slice(0, MAX_ATTRIBUTE)).replace(/[\ufffe\uffff]/g, "\ufffd");
}

/** The events of a job stay in order. A group's name has at most 128 characters of ASCII, as every uid of Kubernetes has. */
function groupOf({ uid }: JobEvent): string {
  return /^[!-~]{1,128}$/.test(uid) ? uid : createHash("sha256").update(uid).digest("hex");
}
