import { tableDefinition, timeToLive } from "#store/dynamodb/table";
import { at, list, ofType, type Template } from "../../support/template.ts";

const TWO_WEEKS = 14 * 24 * 60 * 60;

/** The table has the keys and indexes that the store is written for. */
export function sameTable(template: Template): readonly string[] {
  const { TableName: _, ...wanted } = tableDefinition("any");
  const ttl = timeToLive("any").TimeToLiveSpecification;
  return Object.entries({ ...wanted, TimeToLiveSpecification: ttl }).flatMap(([key, value]) =>
    sorted(at(template.Resources.Table, "Properties", key)) === sorted(value) ? [] : [`Table: another ${key}`],
  );
}

function sorted(value: unknown): string {
  const ordered = (inner: unknown): unknown =>
    Object.fromEntries(Object.entries(inner as object).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner) ? ordered(inner) : inner,
  );
}

/** The table survives mistakes: its stack's end, and writes that were wrong. It is encrypted, by one's own key if any. */
export function keptTable(template: Template): readonly string[] {
  const table = template.Resources.Table;
  const { TableName, PointInTimeRecoverySpecification, SSESpecification, StreamSpecification } =
    table?.Properties ?? {};
  return complaints("Table", {
    "is deleted with the stack": table?.DeletionPolicy !== "Retain",
    "is deleted when it is replaced": table?.UpdateReplacePolicy !== "Retain",
    "cannot go back in time": at(PointInTimeRecoverySpecification, "PointInTimeRecoveryEnabled") !== true,
    "has a name, and cannot be replaced": TableName !== undefined,
    "has a key of nobody's": SSESpecification !== undefined && at(SSESpecification, "SSEEnabled") !== true,
    "has more in its stream than keys": at(StreamSpecification, "StreamViewType") !== "KEYS_ONLY",
  });
}

/** Queues are encrypted, and closed to whoever comes without TLS. */
export function queues(template: Template): readonly string[] {
  const closed = ofType(template, "AWS::SQS::QueuePolicy").flatMap(([, { Properties }]) =>
    deniesPlain(Properties.PolicyDocument) ? list(Properties.Queues).map((each) => at(each, "Ref")) : [],
  );
  return ofType(template, "AWS::SQS::Queue").flatMap(([name, { Properties }]) =>
    complaints(name, {
      "is not encrypted": Properties.SqsManagedSseEnabled !== true,
      "answers without TLS": !closed.includes(name),
    }),
  );
}

function deniesPlain(policy: unknown): boolean {
  return list(at(policy, "Statement")).some(
    (each) => at(each, "Effect") === "Deny" && at(each, "Condition", "Bool", "aws:SecureTransport") === "false",
  );
}

/** What fails for good is kept for two weeks, and what is in work is not seen twice. */
export function deadLetters(template: Template): readonly string[] {
  const { PollQueue, PollDeadLetters, StreamDeadLetters, PollLambdaFunction } = template.Resources;
  const kept = (queue: unknown) => at(queue, "Properties", "MessageRetentionPeriod") === TWO_WEEKS;
  const target = at(PollQueue, "Properties", "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt", 0);
  const visibility = Number(at(PollQueue, "Properties", "VisibilityTimeout"));
  return [
    ...complaints("PollQueue", {
      "has no dead letters": target !== "PollDeadLetters",
      "tries more often than twice": at(PollQueue, "Properties", "RedrivePolicy", "maxReceiveCount") !== 2,
      "gives out a message that is in work": !(visibility > Number(PollLambdaFunction?.Properties.Timeout)),
      "keeps polls that are worth nothing": at(PollQueue, "Properties", "MessageRetentionPeriod") !== 900,
    }),
    ...complaints("PollDeadLetters", { "are not kept": !kept(PollDeadLetters) }),
    ...complaints("StreamDeadLetters", { "are not kept": !kept(StreamDeadLetters) }),
  ];
}

/** A line for each complaint that is true. */
export function complaints(where: string, those: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(those).flatMap(([what, isTrue]) => (isTrue ? [`${where} ${what}`] : []));
}
