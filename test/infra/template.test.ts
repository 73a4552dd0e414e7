import { describe, expect, it } from "vitest";
import { at, ofType, packaged, permissions, statementsOf } from "../support/template.ts";
import { CHECKS, type Check } from "./checks/all.ts";
import { validity } from "./checks/validity.ts";
import { physicalNames } from "./checks/work.ts";
import { byDefault, withEverything } from "./packages.ts";

const INSTALLATIONS = [
  ["by default", "dev", byDefault],
  ["with everything", "prod", withEverything],
] as const;

describe.each(INSTALLATIONS)("the template, %s", (_, stage, made) => {
  it.each<[string, Check]>(Object.entries(CHECKS))("%s", async (_name, check) => {
    const { template } = await made();
    expect(await check(template, stage)).toEqual([]);
  });

  it("is accepted by CloudFormation with its conditions", async () => {
    const { text } = await made();
    expect(validity(text)).toEqual([]);
  });

  it("has tags for all that takes tags", async () => {
    const { stackTags } = await made();
    expect(stackTags).toEqual({ service: "jobbell", stage });
  });
});

describe("two installations", () => {
  it("share no name", async () => {
    const [one, other] = await Promise.all([byDefault(), withEverything()]);
    const names = new Set(physicalNames(one.template));
    expect(names.size).toBeGreaterThan(15);
    expect(physicalNames(other.template).filter((name) => names.has(name))).toEqual([]);
  });
});

describe("what may be chosen", () => {
  it("is off by default: no mail, no network, no key, one worker; and a dashboard", async () => {
    const { template } = await byDefault();
    const { SSESpecification } = template.Resources.Table?.Properties ?? {};
    expect(ofType(template, "AWS::SNS::Subscription")).toEqual([]);
    expect(template.Resources.PollLambdaFunction?.Properties.VpcConfig).toBeUndefined();
    expect(SSESpecification).toBeUndefined();
    expect(ofType(template, "AWS::Scheduler::Schedule")).toHaveLength(2);
    expect(ofType(template, "AWS::CloudWatch::Dashboard")).toHaveLength(1);
    expect(template.Outputs.DashboardUrl).toBeDefined();
    expect(actionsOf(permissions(template)).filter((action) => /^(ec2|kms):/.test(action))).toEqual([]);
  });

  it("is a mail address for alarms", async () => {
    const { template } = await withEverything();
    const [[, subscription] = []] = ofType(template, "AWS::SNS::Subscription");
    expect(subscription?.Properties).toMatchObject({ Protocol: "email", Endpoint: "oncall@example.com" });
  });

  it("is a network for the poll function alone, with the permission to be in it", async () => {
    const { template } = await withEverything();
    const inVpc = ofType(template, "AWS::Lambda::Function").filter(([, each]) => "VpcConfig" in each.Properties);
    expect(inVpc.map(([name]) => name)).toEqual(["PollLambdaFunction"]);
    const { poll = [], ...others } = permissions(template);
    expect(poll.map(({ action }) => action)).toContain("ec2:CreateNetworkInterface");
    expect(actionsOf(others).filter((action) => action.startsWith("ec2:"))).toEqual([]);
  });

  it("is a key for the table, which the functions that use it may use through DynamoDB alone", async () => {
    const { template } = await withEverything();
    expect(template.Resources.Table?.Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: "KMS" });
    const { schedule = [], ...others } = permissions(template);
    expect(actionsOf({ schedule })).not.toContain("kms:Decrypt");
    for (const each of Object.values(others)) expect(actionsOf({ each })).toContain("kms:Decrypt");
    for (const name of ["PollRole", "DeliverRole", "RetryRole"]) {
      const policies = JSON.stringify(template.Resources[name]?.Properties.Policies);
      expect(policies.match(/kms:ViaService/g)).toHaveLength(policies.match(/kms:Decrypt/g)?.length ?? 0);
    }
  });

  it("is that there is no dashboard", async () => {
    const { template } = await withEverything();
    expect(ofType(template, "AWS::CloudWatch::Dashboard")).toEqual([]);
    expect(template.Outputs.DashboardUrl).toBeUndefined();
  });

  it("is how many share what is due, how many polls run at once, and how long logs stay", async () => {
    const { template } = await withEverything();
    expect(ofType(template, "AWS::Scheduler::Schedule")).toHaveLength(5);
    const mappings = ofType(template, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
    expect(mappings.map((each) => at(each, "ScalingConfig", "MaximumConcurrency"))).toContain(40);
    const days = ofType(template, "AWS::Logs::LogGroup").map(([, { Properties }]) => Properties.RetentionInDays);
    expect(days).toEqual([7, 7, 7, 7]);
  });

  it("is no number of workers that does not divide the shards", async () => {
    await expect(packaged({ params: { retryWorkers: 3 } })).rejects.toThrow(/Value not found at "file" source/);
  });
});

describe("the functions' permissions", () => {
  it("are these and no more, by default", async () => {
    const { template } = await byDefault();
    const lines = Object.entries(permissions(template)).flatMap(([name, each]) =>
      each.map(({ action, resource }) => `${name} ${action} ${resource}`),
    );
    expect(lines).toEqual([
      "schedule logs:CreateLogStream ScheduleLogGroup",
      "schedule logs:PutLogEvents ScheduleLogGroup",
      "schedule sqs:SendMessage PollQueue",
      "poll logs:CreateLogStream PollLogGroup",
      "poll logs:PutLogEvents PollLogGroup",
      "poll sqs:ReceiveMessage PollQueue",
      "poll sqs:DeleteMessage PollQueue",
      "poll sqs:GetQueueAttributes PollQueue",
      "poll dynamodb:Query Table",
      "poll dynamodb:BatchGetItem Table",
      "poll dynamodb:PutItem Table",
      "poll dynamodb:UpdateItem Table",
      "poll dynamodb:DeleteItem Table",
      "poll dynamodb:Query Table/index/listed",
      "poll ssm:GetParameter parameter/jobbell/prod/token",
      "poll secretsmanager:GetSecretValue secret:cluster-ca-??????",
      "deliver logs:CreateLogStream DeliverLogGroup",
      "deliver logs:PutLogEvents DeliverLogGroup",
      "deliver dynamodb:DescribeStream Table.StreamArn",
      "deliver dynamodb:GetRecords Table.StreamArn",
      "deliver dynamodb:GetShardIterator Table.StreamArn",
      "deliver dynamodb:ListStreams *",
      "deliver sqs:SendMessage StreamDeadLetters",
      "deliver dynamodb:Query Table",
      "deliver dynamodb:GetItem Table",
      "deliver dynamodb:PutItem Table",
      "deliver dynamodb:UpdateItem Table",
      "deliver ssm:GetParameter parameter/jobbell/prod/slack",
      "retry logs:CreateLogStream RetryLogGroup",
      "retry logs:PutLogEvents RetryLogGroup",
      "retry dynamodb:Query Table",
      "retry dynamodb:GetItem Table",
      "retry dynamodb:PutItem Table",
      "retry dynamodb:UpdateItem Table",
      "retry dynamodb:Query Table/index/due",
      "retry dynamodb:Query Table/index/listed",
      "retry ssm:GetParameter parameter/jobbell/prod/slack",
    ]);
  });

  it("allow the scheduler to call its two functions", async () => {
    const { template } = await byDefault();
    expect(statementsOf(template.Resources.SchedulerRole)).toEqual([
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: [
          { "Fn::GetAtt": ["ScheduleLambdaFunction", "Arn"] },
          { "Fn::GetAtt": ["RetryLambdaFunction", "Arn"] },
        ],
      },
    ]);
  });
});

function actionsOf(those: Readonly<Record<string, readonly { readonly action: string }[]>>): readonly string[] {
  return Object.values(those).flatMap((each) => each.map(({ action }) => action));
}
