import * as z from "zod";
import { signatureError } from "./aws-signed.ts";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";

export const BUS = "arn:aws:events:eu-central-1:123456789012:event-bus/jobs";

// docs.aws.amazon.com, EventBridge: API_PutEvents, API_PutEventsRequestEntry, eb-putevents.
const Entry = z.strictObject({
  EventBusName: z.string().min(1).max(1_600).optional(),
  Source: z
    .string()
    .min(1)
    .max(256)
    .regex(/^(?!aws\.)[\w./-]+$/),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  Time: z.number().optional(),
  Resources: z.array(z.string().max(2_048)).optional(),
});
type Entry = z.infer<typeof Entry>;

const Request = z.strictObject({ Entries: z.array(z.unknown()).min(1).max(10) });
const Detail = z.record(z.string(), z.unknown());

const MAX_BYTES = 262_144;

export interface EventBridgeServer extends Loopback {
  /** What was taken, in order. For a bus that does not exist EventBridge takes it, too, and forgets it. */
  readonly entries: readonly (Entry & { readonly detail: Readonly<Record<string, unknown>> })[];
}

/** Amazon EventBridge in one region. */
export async function startEventBridge(): Promise<EventBridgeServer> {
  const entries: (Entry & { detail: Record<string, unknown> })[] = [];
  const server = await startLoopback("/", async ({ headers, body }) => {
    const unsigned = await signatureError({ headers, body }, "events", "eu-central-1");
    if (unsigned !== undefined) return failure(unsigned);
    if (headers["x-amz-target"] !== "AWSEvents.PutEvents") return failure("UnknownOperationException");
    if (headers["content-type"] !== "application/x-amz-json-1.1") return failure("SerializationException");
    const request = Request.safeParse(parse(body));
    if (!request.success) return failure("ValidationException");
    const results = request.data.Entries.map((given) => {
      const entry = Entry.safeParse(given);
      if (!entry.success) return { ErrorCode: "InvalidArgument", ErrorMessage: z.prettifyError(entry.error) };
      const detail = Detail.safeParse(parse(entry.data.Detail));
      if (!detail.success) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
      if (sizeOf(entry.data) > MAX_BYTES)
        return { ErrorCode: "InvalidArgument", ErrorMessage: "Total size of the entries is over the limit." };
      entries.push({ ...entry.data, detail: detail.data });
      return { EventId: "11710aed-b79e-4468-a20b-bb3c0c3b4860" };
    });
    return {
      status: 200,
      body: JSON.stringify({
        FailedEntryCount: results.filter((each) => "ErrorCode" in each).length,
        Entries: results,
      }),
    };
  });
  return Object.assign(server, { entries });
}

function sizeOf({ Source, DetailType, Detail, Time }: Entry): number {
  const texts = [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return texts + (Time === undefined ? 0 : 14);
}

function failure(code: string) {
  return { status: 400, body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message: "refused" }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
