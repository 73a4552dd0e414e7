import { signatureError } from "./aws-signed.ts";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";

export const TOPIC = "arn:aws:sns:eu-central-1:123456789012:job-events";
export const FIFO_TOPIC = `${TOPIC}.fifo`;

/** A message as a subscriber would get it. */
interface Published {
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group: string | undefined;
  readonly deduplication: string | undefined;
}

export interface SnsServer extends Loopback {
  /** What was published, in order; of a topic that keeps the order each only once. */
  readonly published: readonly Published[];
}

/** Amazon SNS with two topics, by docs.aws.amazon.com, SNS: API_Publish, sns-message-attributes, fifo-topic-message-dedup. */
export async function startSns(): Promise<SnsServer> {
  const published: Published[] = [];
  const server = await startLoopback("/", async (request) => {
    const unsigned = await signatureError(request, "sns", "eu-central-1");
    if (unsigned !== undefined) return failure(403, unsigned, "The request signature is not right.");
    if (!request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
      return failure(400, "InvalidParameter", "not a form");
    const form = new Map(new URLSearchParams(request.body));
    const topic = form.get("TopicArn");
    if (topic !== TOPIC && topic !== FIFO_TOPIC) return failure(404, "NotFound", "Topic does not exist");
    const problem = violation(form);
    if (problem !== undefined) return failure(400, "InvalidParameter", `Invalid parameter: ${problem}`);
    const message = publishedOf(form);
    const isKnown = published.some(({ deduplication: id }) => id !== undefined && id === message.deduplication);
    if (!isKnown) published.push(message);
    return {
      status: 200,
      body: "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
    };
  });
  return Object.assign(server, { published });
}

function failure(status: number, code: string, message: string) {
  const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

const KNOWN =
  /^(Action|Version|TopicArn|Message|Subject|MessageGroupId|MessageDeduplicationId|MessageAttributes\.entry\.\d+\.(Name|Value\.(DataType|StringValue)))$/;
const XML_TEXT = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const ATTRIBUTE = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

function violation(form: ReadonlyMap<string, string>): string | undefined {
  const { message, subject, attributes } = publishedOf(form);
  const named = Object.entries(attributes);
  const size = [message, ...named.flat(), ...named.map(() => "String")].reduce(
    (sum, part) => sum + Buffer.byteLength(part),
    0,
  );
  const rules: readonly (readonly [string, boolean])[] = [
    ["a parameter is not known", [...form.keys()].every((name) => KNOWN.test(name))],
    ["Action", form.get("Action") === "Publish" && form.get("Version") === "2010-03-31"],
    ["Message too long", message !== "" && size <= 262_144],
    ["characters", [...form.values()].every((text) => XML_TEXT.test(text))],
    ["Subject", subject === undefined || /^[!-~][ -~]{0,98}$/.test(subject)],
    ["attribute name", named.every(([name]) => ATTRIBUTE.test(name))],
    ["must contain non-empty message attribute value", named.every(([, value]) => value !== "")],
    ["MessageGroupId", isOrderedRight(form)],
  ];
  return rules.find(([, holds]) => !holds)?.[0];
}

function isOrderedRight(form: ReadonlyMap<string, string>): boolean {
  const ids = [form.get("MessageGroupId"), form.get("MessageDeduplicationId")];
  if (!form.get("TopicArn")?.endsWith(".fifo")) return ids.every((id) => id === undefined);
  return ids.every((id) => id !== undefined && /^[!-~]{1,128}$/.test(id));
}

function publishedOf(form: ReadonlyMap<string, string>): Published {
  const names = [...form].filter(([key]) => key.endsWith(".Name"));
  const textOf = (key: string) => form.get(key.replace(/Name$/, "Value.StringValue")) ?? "";
  return {
    message: form.get("Message") ?? "",
    subject: form.get("Subject"),
    attributes: Object.fromEntries(names.map(([key, name]) => [name, textOf(key)])),
    group: form.get("MessageGroupId"),
    deduplication: form.get("MessageDeduplicationId"),
  };
}
