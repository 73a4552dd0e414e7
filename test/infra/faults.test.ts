import { expect, it } from "vitest";
import { at, isObject, type Template } from "../support/template.ts";
import { CHECKS, type Check } from "./checks/all.ts";
import { byDefault, withEverything } from "./packages.ts";

type Path = readonly (string | number)[];
type Change = (template: Template) => void;

const DELETE = Symbol("delete");

/** Something in `Properties` of a resource is another thing, or gone. */
function set(resource: string, path: Path, value: unknown): Change {
  return (template) => put(template, ["Resources", resource, "Properties", ...path], value);
}

function put(template: Template, path: Path, value: unknown): void {
  const key = path.at(-1) ?? "";
  const inner = at(template, ...path.slice(0, -1));
  if (!isObject(inner)) throw new Error(`the template has no ${path.slice(0, -1).join(".")}`);
  if (value === DELETE) delete inner[key];
  else inner[key] = value;
}

const STATEMENT = ["Policies", 0, "PolicyDocument", "Statement"] as const;
const WIDGETS = JSON.stringify({
  widgets: [{ properties: { metrics: [["Jobbell", "Lags", "service", "jobbell-dev"]] } }],
});

/** A defect, and the check that is there for it. */
const FAULTS: readonly (readonly [string, Change, keyof typeof CHECKS])[] = [
  [
    "a reference to nothing",
    set("PollLambdaFunction", ["Environment", "Variables", "JOBBELL_TABLE"], { Ref: "Tabel" }),
    "CloudFormation accepts it",
  ],
  ["a property that does not exist", set("PollQueue", ["VisibilityTimeOut"], 180), "CloudFormation accepts it"],
  ["a value of another type", set("PollQueue", ["VisibilityTimeout"], "soon"), "CloudFormation accepts it"],
  [
    "an attribute that does not exist",
    set("ScheduleRole", [...STATEMENT, 1, "Resource"], { "Fn::GetAtt": ["PollQueue", "Arm"] }),
    "CloudFormation accepts it",
  ],
  [
    "an unknown action",
    set("PollRole", [...STATEMENT, 2, "Action", 0], "dynamodb:GetItems"),
    "every action is one that AWS has",
  ],
  [
    "all actions of a service",
    set("PollRole", [...STATEMENT, 2, "Action"], "dynamodb:*"),
    "every action is one that AWS has",
  ],
  [
    "a permission for everything",
    set("PollRole", [...STATEMENT, 2, "Resource"], "*"),
    "no statement is wider than AWS allows it to be",
  ],
  [
    "a permission for all of a service",
    set("RetryRole", [...STATEMENT, 1, "Resource"], "arn:aws:dynamodb:*"),
    "no statement is wider than AWS allows it to be",
  ],
  [
    "a permission for nothing",
    set("PollRole", [...STATEMENT, 3, "Resource"], []),
    "no statement is wider than AWS allows it to be",
  ],
  [
    "two functions with one role",
    set("RetryLambdaFunction", ["Role"], { "Fn::GetAtt": ["DeliverRole", "Arn"] }),
    "each function has a role of its own",
  ],
  [
    "a role that anybody may take",
    set("PollRole", ["AssumeRolePolicyDocument", "Statement", 0, "Principal"], "*"),
    "each function has a role of its own",
  ],
  [
    "a policy of somebody else",
    set("PollRole", ["ManagedPolicyArns"], ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    "each function has a role of its own",
  ],
  [
    "another key of an index",
    set("Table", ["GlobalSecondaryIndexes", 0, "KeySchema", 1, "AttributeName"], "queuedAt"),
    "the table is the one that the store is written for",
  ],
  [
    "another projection",
    set("Table", ["GlobalSecondaryIndexes", 1, "Projection", "ProjectionType"], "ALL"),
    "the table is the one that the store is written for",
  ],
  [
    "no time to live",
    set("Table", ["TimeToLiveSpecification"], DELETE),
    "the table is the one that the store is written for",
  ],
  [
    "a table that goes with its stack",
    (template) => put(template, ["Resources", "Table", "DeletionPolicy"], "Delete"),
    "the table outlives mistakes",
  ],
  ["no way back in time", set("Table", ["PointInTimeRecoverySpecification"], DELETE), "the table outlives mistakes"],
  ["a table with a name", set("Table", ["TableName"], "jobbell-dev"), "the table outlives mistakes"],
  [
    "whole rows in the stream",
    set("Table", ["StreamSpecification", "StreamViewType"], "NEW_AND_OLD_IMAGES"),
    "the table outlives mistakes",
  ],
  [
    "a queue that is not encrypted",
    set("PollQueue", ["SqsManagedSseEnabled"], DELETE),
    "queues are encrypted and want TLS",
  ],
  [
    "a queue that answers without TLS",
    set("QueuePolicy", ["Queues"], [{ Ref: "PollQueue" }]),
    "queues are encrypted and want TLS",
  ],
  ["no dead letters", set("PollQueue", ["RedrivePolicy"], DELETE), "what fails for good is kept"],
  [
    "dead letters that are soon gone",
    set("StreamDeadLetters", ["MessageRetentionPeriod"], DELETE),
    "what fails for good is kept",
  ],
  ["a message that two work on", set("PollQueue", ["VisibilityTimeout"], 60), "what fails for good is kept"],
  [
    "a missing variable",
    set("RetryLambdaFunction", ["Environment", "Variables", "JOBBELL_TABLE"], DELETE),
    "functions have what their code asks for",
  ],
  [
    "a variable that nobody needs",
    set("ScheduleLambdaFunction", ["Environment", "Variables", "JOBBELL_TABLE"], "t"),
    "functions have what their code asks for",
  ],
  [
    "another processor",
    set("PollLambdaFunction", ["Architectures"], ["x86_64"]),
    "functions have what their code asks for",
  ],
  ["a log without an end", set("DeliverLogGroup", ["RetentionInDays"], DELETE), "logs end"],
  ["another function's log", set("PollLogGroup", ["LogGroupName"], "/aws/lambda/jobbell-dev-polls"), "logs end"],
  [
    "a schedule that tries again",
    set("PollSchedule", ["Target", "RetryPolicy", "MaximumRetryAttempts"], 185),
    "ticks come once, and never late",
  ],
  ["a schedule of no group", set("RetrySchedule1", ["GroupName"], DELETE), "ticks come once, and never late"],
  [
    "a shard that nobody looks at",
    set("RetrySchedule1", ["Target", "Input"], '{"shards":[0,1,2,3,4,5,6]}'),
    "ticks come once, and never late",
  ],
  [
    "a call that Lambda tries again",
    set("RetryLambdaEvConf", ["MaximumRetryAttempts"], 2),
    "ticks come once, and never late",
  ],
  [
    "batches that fail as a whole",
    set("DeliverEventSourceMappingDynamodbTable", ["FunctionResponseTypes"], DELETE),
    "no event holds up the others",
  ],
  [
    "a record that is tried for ever",
    set("DeliverEventSourceMappingDynamodbTable", ["MaximumRetryAttempts"], -1),
    "no event holds up the others",
  ],
  [
    "a record that is given up unseen",
    set("DeliverEventSourceMappingDynamodbTable", ["DestinationConfig"], DELETE),
    "no event holds up the others",
  ],
  [
    "a function that is called for each row",
    set("DeliverEventSourceMappingDynamodbTable", ["FilterCriteria"], DELETE),
    "no event holds up the others",
  ],
  [
    "polls without a bound",
    set("PollEventSourceMappingSQSPollQueue", ["ScalingConfig"], DELETE),
    "no event holds up the others",
  ],
  ["an alarm that nobody hears", set("DeadAlarm", ["AlarmActions"], DELETE), "all that may go wrong has an alarm"],
  [
    "a silence that is taken for good news",
    set("NoTickAlarm", ["TreatMissingData"], "notBreaching"),
    "all that may go wrong has an alarm",
  ],
  [
    "an alarm that does not say what to do",
    set("PendingAlarm", ["AlarmDescription"], "too old"),
    "all that may go wrong has an alarm",
  ],
  [
    "a function without an alarm",
    set(
      "ThrottlesAlarm",
      ["Metrics", 4, "MetricStat", "Metric", "Dimensions", 0, "Value", "Ref"],
      "PollLambdaFunction",
    ),
    "all that may go wrong has an alarm",
  ],
  [
    "a topic that is open to other accounts",
    set("AlarmTopicPolicy", ["PolicyDocument", "Statement", 0, "Condition"], DELETE),
    "all that may go wrong has an alarm",
  ],
  [
    "a metric that nobody writes",
    set("TicksFailingAlarm", ["MetricName"], "TicksFailing"),
    "what is looked at is written",
  ],
  ["a metric without its service", set("TicksFailingAlarm", ["Dimensions"], []), "what is looked at is written"],
  [
    "a dashboard of what nobody writes",
    set("Dashboard", ["DashboardBody", "Fn::Sub"], WIDGETS),
    "what is looked at is written",
  ],
  ["a name that another stage has too", set("NoTickAlarm", ["AlarmName"], "jobbell-no-tick"), "names carry the stage"],
  [
    "an output that is missing",
    (template) => put(template, ["Outputs", "TableName"], DELETE),
    "the outputs tell where to look",
  ],
];

it.each(FAULTS)("%s is seen", async (_name, change, name) => {
  const template = structuredClone((await byDefault()).template);
  change(template);
  const check: Check = CHECKS[name];
  expect(await check(template, "dev")).not.toEqual([]);
});

it("each check sees a fault", () => {
  expect(Object.keys(CHECKS).filter((name) => !FAULTS.some(([, , check]) => check === name))).toEqual([]);
});

it("a table's key that is named and not used is seen", async () => {
  const template = structuredClone((await withEverything()).template);
  set("Table", ["SSESpecification", "SSEEnabled"], false)(template);
  expect(CHECKS["the table outlives mistakes"](template)).not.toEqual([]);
});
