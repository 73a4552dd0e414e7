import { readdirSync, readFileSync } from "node:fs";
import { at, isObject, list, ofType, type Resource, type Template } from "../../support/template.ts";
import { complaints } from "./data.ts";

/** Metrics of AWS that are looked at, with the dimensions that they have. */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  "AWS/Lambda": ["Errors", "Throttles", "Duration", "IteratorAge"],
  "AWS/SQS": ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"],
  "AWS/DynamoDB": [
    "ReadThrottleEvents",
    "WriteThrottleEvents",
    "ConsumedReadCapacityUnits",
    "ConsumedWriteCapacityUnits",
  ],
};

/** What there must be an alarm for. */
const WATCHED = [
  "Jobbell/TickAge",
  "Jobbell/TicksFailed",
  "Jobbell/OldestPending",
  "Jobbell/DeliveriesGivenUp",
  "AWS/SQS/ApproximateNumberOfMessagesVisible/PollDeadLetters",
  "AWS/SQS/ApproximateNumberOfMessagesVisible/StreamDeadLetters",
  "AWS/SQS/ApproximateAgeOfOldestMessage/PollQueue",
  "AWS/Lambda/Errors/ScheduleLambdaFunction",
  "AWS/Lambda/Errors/PollLambdaFunction",
  "AWS/Lambda/Errors/DeliverLambdaFunction",
  "AWS/Lambda/Errors/RetryLambdaFunction",
  "AWS/Lambda/Throttles/ScheduleLambdaFunction",
  "AWS/Lambda/Throttles/PollLambdaFunction",
  "AWS/Lambda/Throttles/DeliverLambdaFunction",
  "AWS/Lambda/Throttles/RetryLambdaFunction",
  "AWS/Lambda/IteratorAge/DeliverLambdaFunction",
  "AWS/DynamoDB/ReadThrottleEvents/Table",
  "AWS/DynamoDB/WriteThrottleEvents/Table",
];

/** Alarms that also mean that nobody measures any more. */
const SILENCE = ["NoTickAlarm", "PendingAlarm"];

/** Everything that may go wrong has an alarm, that somebody hears, and that says what to do. */
export function alarms(template: Template): readonly string[] {
  const found = ofType(template, "AWS::CloudWatch::Alarm");
  const watched = found.flatMap(([, alarm]) => metricsOf(alarm)).map(nameOf);
  return [
    ...WATCHED.filter((name) => !watched.includes(name)).map((name) => `${name} has no alarm`),
    ...found.flatMap(([name, { Properties }]) =>
      complaints(name, {
        "is heard by nobody": at(Properties, "AlarmActions", 0, "Ref") !== "AlarmTopic",
        "does not tell its end": at(Properties, "OKActions", 0, "Ref") !== "AlarmTopic",
        "does not say what to do": !/docs\/operations\.md#[a-z-]+$/.test(String(Properties.AlarmDescription)),
        "is wrong about silence":
          Properties.TreatMissingData !== (SILENCE.includes(name) ? "breaching" : "notBreaching"),
      }),
    ),
    ...topic(template),
  ];
}

function topic(template: Template): readonly string[] {
  const policies = ofType(template, "AWS::SNS::TopicPolicy").map(([, { Properties }]) => Properties.PolicyDocument);
  const allowed = policies
    .flatMap((policy) => list(at(policy, "Statement")))
    .filter((each) => at(each, "Effect") === "Allow");
  return complaints("AlarmTopic", {
    "is closed to alarms": !allowed.some((each) => at(each, "Principal", "Service") === "cloudwatch.amazonaws.com"),
    "is open to alarms of others": !allowed.every((each) =>
      isObject(at(each, "Condition", "StringEquals", "aws:SourceAccount")),
    ),
  });
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** Names of dimensions with their values. */
  readonly dimensions: readonly (readonly [string, unknown])[];
}

/** Every metric of ours that an alarm or the dashboard looks at is one that the code writes, and of AWS one that AWS has. */
export function metricNames(template: Template): readonly string[] {
  const ours = written();
  const looked = [
    ...ofType(template, "AWS::CloudWatch::Alarm").flatMap(([, alarm]) => metricsOf(alarm)),
    ...dashboardMetrics(template),
  ];
  const unknown = looked.filter(({ namespace, name }) => !(OF_AWS[namespace] ?? ours).includes(name));
  const unmarked = looked.filter(
    ({ namespace, dimensions }) => namespace === "Jobbell" && dimensions[0]?.[0] !== "service",
  );
  return [
    ...unknown.map(({ namespace, name }) => `nobody writes ${namespace}/${name}`),
    ...unmarked.map(({ name }) => `${name} is looked at without its service`),
  ];
}

function written(): readonly string[] {
  const folder = new URL("../../../lib/cloud/", import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  return sources.flatMap((text) => [...text.matchAll(/addMetric\(\s*"(\w+)"/g)].map(([, name = ""]) => name));
}

function metricsOf({ Properties }: Resource): readonly Metric[] {
  const inMath = list(Properties.Metrics).flatMap((each) => list(at(each, "MetricStat", "Metric")));
  return [...(Properties.MetricName === undefined ? [] : [Properties]), ...inMath].map((metric) => ({
    namespace: String(at(metric, "Namespace")),
    name: String(at(metric, "MetricName")),
    dimensions: list(at(metric, "Dimensions")).map((each) => [String(at(each, "Name")), at(each, "Value")] as const),
  }));
}

function nameOf({ namespace, name, dimensions }: Metric): string {
  const [[, value] = ["", ""]] = dimensions;
  const resource = at(value, "Ref") ?? at(value, "Fn::GetAtt", 0);
  return [namespace, name, ...(dimensions.length === 1 ? list(resource) : ["and", "more"])].join("/");
}

function dashboardMetrics(template: Template): readonly Metric[] {
  const body = at(template.Resources.Dashboard, "Properties", "DashboardBody", "Fn::Sub");
  if (body === undefined) return [];
  return list(at(JSON.parse(String(body)), "widgets")).flatMap((widget) => {
    let before: readonly unknown[] = [];
    return list(at(widget, "properties", "metrics")).map((row) => {
      before = writtenOut(list(row), before);
      const [namespace, name, ...pairs] = before.map(String);
      const dimensions = pairs.flatMap((each, index) =>
        index % 2 === 0 ? [[each, pairs[index + 1] ?? ""] as const] : [],
      );
      return { namespace: namespace ?? "", name: name ?? "", dimensions };
    });
  });
}

/** `...` stands for the beginning of the line before, `.` for what was there. */
function writtenOut(row: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
  const texts = row.filter((each) => typeof each === "string");
  const [first, ...rest] = texts;
  const whole = first === "..." ? [...before.slice(0, before.length - rest.length), ...rest] : texts;
  return whole.map((each, index) => (each === "." ? before[index] : each));
}
