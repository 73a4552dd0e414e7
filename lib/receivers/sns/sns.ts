import type { JobEvent } from "#jobs/event";
import { parseAddress } from "../address.ts";
import type { AwsCredentials } from "../aws-credentials.ts";
import { type AwsAction, awsAddress, sendToAws } from "../aws-send.ts";
import { ReceiverError } from "../error.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { publication } from "./message.ts";

export interface SnsOptions {
  readonly name: string;
  /** `arn:aws:sns:REGION:ACCOUNT:NAME`. A name that ends in `.fifo` is that of a topic that keeps the order. */
  readonly topicArn: string;
  readonly credentials: AwsCredentials;
  /** In place of the region's own. */
  readonly endpoint?: string;
  readonly post?: Post;
}

const ARN = /^arn:aws[a-z-]*:sns:(?<region>[a-z0-9-]+):(?<account>\d{12}):[\w-]{1,256}(?<fifo>\.fifo)?$/;

const WORDS = { service: "Amazon SNS", action: "sns:Publish", target: "topic" };

/** Publishes events to a topic of Amazon SNS. Throws a `bad-address` {@link ReceiverError} for what is no topic's ARN. */
export function snsReceiver(options: SnsOptions): Receiver {
  const { name, topicArn, credentials } = options;
  // The address is made here or named by whoever runs Jobbell, and AWS has private ones of its own: the endpoints of a VPC.
  const { post = httpPost({ allowPrivate: true }) } = options;
  const { region = "", account = "", fifo } = ARN.exec(topicArn)?.groups ?? {};
  if (region === "")
    throw new ReceiverError("bad-address", name, "its topicArn must look like arn:aws:sns:REGION:ACCOUNT:TOPIC");
  const url = options.endpoint === undefined ? awsAddress(name, "sns", region) : parseAddress(name, options.endpoint);
  const secrets = [topicArn, account];
  const action: AwsAction = { service: "sns", region, url, words: WORDS, secrets, credentials, post, errorIn };
  const common = { Action: "Publish", Version: "2010-03-31", TopicArn: topicArn };
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return {
    name,
    kind: "sns",
    minGapMs: 0,
    async send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome> {
      const parameters = new URLSearchParams({ ...common, ...publication(event, fifo !== undefined) });
      return sendToAws(action, { headers, body: parameters.toString() }, now, signal);
    },
  };
}

/** `<ErrorResponse><Error><Code>…`. A success needs no reading: the message is taken. */
function errorIn(status: number, body: string): string | undefined {
  return status < 300 ? undefined : /<Code>([\w.]{1,80})<\/Code>/.exec(body)?.[1];
}
