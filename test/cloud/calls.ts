import { ACCOUNT, arnOf, REGION } from "./names.ts";

/** One permission that a request needs. */
export interface Use {
  /** As IAM calls it: `dynamodb:PutItem`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
}

interface Body {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly QueueUrl?: string;
  readonly Name?: string;
  readonly SecretId?: string;
  readonly TopicArn?: string;
  readonly Entries?: readonly { readonly EventBusName?: string }[];
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string }>>[];
}

const SERVICES: Readonly<Record<string, string>> = {
  DynamoDB_20120810: "dynamodb",
  DynamoDBStreams_20120810: "dynamodb-streams",
  AmazonSQS: "sqs",
  AmazonSSM: "ssm",
  secretsmanager: "secretsmanager",
  AWSEvents: "events",
};

/** A request of one of the services of AWS. */
export interface Request {
  /** As {@link SERVICES} calls it. */
  readonly service: string;
  readonly operation: string;
  readonly body: Body;
}

/** Reads a request by its `x-amz-target`. SNS, which speaks no JSON, has none. */
export function requestOf(target: string | undefined, text: string): Request {
  if (target === undefined) return formOf(new URLSearchParams(text));
  const [prefix = "", operation = ""] = target.split(".");
  const service = SERVICES[prefix];
  if (service === undefined) throw new Error(`the function calls a service that nobody expects: ${target}`);
  return { service, operation, body: JSON.parse(text) };
}

function formOf(parameters: URLSearchParams): Request {
  const { Action: operation = "", ...body } = Object.fromEntries(parameters);
  if (body.TopicArn === undefined) throw new Error(`the function calls a service that nobody expects: ${operation}`);
  return { service: "sns", operation, body };
}

// What a transaction does counts, not that it is one: IAM knows no TransactWriteItems.
const PARTS: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
};

/** The permissions that a request needs. */
export function usesOf({ service, operation, body }: Request, streamArn: string): readonly Use[] {
  if (service === "dynamodb-streams") return [{ action: `dynamodb:${operation}`, resource: streamArn }];
  if (operation === "TransactWriteItems") return (body.TransactItems ?? []).flatMap(partsOf);
  // A batch of messages needs what each of its entries needs.
  if (body.RequestItems !== undefined)
    return Object.keys(body.RequestItems).map((table) => ({
      action: `dynamodb:${operation}`,
      resource: tableArn(table),
    }));
  return [{ action: `${service}:${operation.replace(/Batch$/, "")}`, resource: resourceOf(service, body) }];
}

function partsOf(item: Readonly<Record<string, { readonly TableName: string }>>): readonly Use[] {
  return Object.entries(item).map(([part, { TableName }]) => ({
    action: `dynamodb:${PARTS[part]}`,
    resource: tableArn(TableName),
  }));
}

function resourceOf(
  service: string,
  { TableName = "", IndexName, QueueUrl = "", Name = "", SecretId = "", TopicArn = "", Entries = [] }: Body,
): string {
  switch (service) {
    case "dynamodb":
      return tableArn(TableName) + (IndexName === undefined ? "" : `/index/${IndexName}`);
    case "sqs":
      return arnOf("sqs", new URL(QueueUrl).pathname.split("/").at(-1) ?? "");
    case "ssm":
      return arnOf("ssm", `parameter/${Name.replace(/^\//, "")}`);
    case "secretsmanager":
      // The service adds six characters to the name.
      return arnOf("secretsmanager", `secret:${SecretId}-Ab12Cd`);
    case "sns":
      return TopicArn;
    case "events":
      return arnOf("events", `event-bus/${Entries[0]?.EventBusName}`);
    default:
      throw new Error(`nobody knows the resources of ${service}`);
  }
}

function tableArn(name: string): string {
  return name.startsWith("arn:") ? name : `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
}
