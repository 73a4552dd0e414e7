import type { JobEvent } from "#jobs/event";
import { parseAddress } from "../address.ts";
import type { AwsCredentials } from "../aws-credentials.ts";
import { type AwsAction, awsAddress, sendToAws } from "../aws-send.ts";
import { ReceiverError } from "../error.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { errorIn } from "./answer.ts";
import { putEvents } from "./entry.ts";

export interface EventBridgeOptions {
  readonly name: string;
  /** The name of an event bus, or its ARN. */
  readonly bus: string;
  /** Where the bus is; an ARN says it itself. */
  readonly region?: string;
  readonly credentials: AwsCredentials;
  /** In place of the region's own. */
  readonly endpoint?: string;
  readonly post?: Post;
}

const BUS = /^(?:arn:aws[a-z-]*:events:(?<region>[a-z0-9-]+):(?<account>\d{12}):event-bus\/)?[\w./-]{1,256}$/;

const WORDS = { service: "Amazon EventBridge", action: "events:PutEvents", target: "event bus" };

/** Puts events onto a bus of Amazon EventBridge. Throws a `bad-address` {@link ReceiverError} for what is no bus, or has no region. */
export function eventBridgeReceiver(options: EventBridgeOptions): Receiver {
  const { name, bus, credentials } = options;
  // The address is made here or named by whoever runs Jobbell, and AWS has private ones of its own: the endpoints of a VPC.
  const { post = httpPost({ allowPrivate: true }) } = options;
  const { region, account } = placeOf(options);
  const url =
    options.endpoint === undefined ? awsAddress(name, "events", region) : parseAddress(name, options.endpoint);
  const secrets = account === "" ? [] : [bus, account];
  const action: AwsAction = { service: "events", region, url, words: WORDS, secrets, credentials, post, errorIn };
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.PutEvents" };
  return {
    name,
    kind: "eventbridge",
    minGapMs: 0,
    async send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome> {
      return sendToAws(action, { headers, body: putEvents(event, bus) }, now, signal);
    },
  };
}

function placeOf({ name, bus, region: given }: EventBridgeOptions): { region: string; account: string } {
  const bad = (problem: string) => new ReceiverError("bad-address", name, problem);
  const found = BUS.exec(bus);
  if (found === null) throw bad("its bus must be the name of an event bus, or its ARN");
  const { region = given, account = "" } = found.groups ?? {};
  if (region === undefined) throw bad("name its region, or give the ARN of its bus");
  if (given !== undefined && given !== region) throw bad("its region is not the one in the ARN of its bus");
  return { region, account };
}
