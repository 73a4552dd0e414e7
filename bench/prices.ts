/**
 * What AWS asks in us-east-1 on demand, in US dollars, as of 2026-11, without the free tier. From the pages
 * https://aws.amazon.com/{lambda,dynamodb,sqs,eventbridge,cloudwatch}/pricing/; docs/cost.md says which of them were
 * checked against a second source.
 */
export const PRICES = {
  lambdaGbSecond: 0.0000133334,
  lambdaMillionRequests: 0.2,
  dynamodbMillionWriteUnits: 0.625,
  dynamodbMillionReadUnits: 0.125,
  /** A GB for a month. */
  dynamodbStoredGb: 0.25,
  dynamodbRecoveryGb: 0.2,
  sqsMillionRequests: 0.4,
  schedulerMillionInvocations: 1,
  cloudwatchMetric: 0.3,
  /** For each metric that an alarm looks at. */
  cloudwatchAlarm: 0.1,
  cloudwatchDashboard: 3,
  logGb: 0.5,
  /** Compressed, about a sixth of what was sent in. */
  logStoredGb: 0.03,
} as const;

/** What an account gets every month for nothing, for as long as it exists. DynamoDB's units on demand are not among it. */
export const ALWAYS_FREE: Usage = {
  lambdaRequests: 1e6,
  lambdaGbSeconds: 400_000,
  writeUnits: 0,
  readUnits: 0,
  storedGb: 25,
  recoveryGb: 0,
  sqsRequests: 1e6,
  schedulerInvocations: 14e6,
  metrics: 10,
  alarms: 10,
  dashboards: 3,
  logGb: 5,
};

/** What is billed in a month. */
export interface Usage {
  readonly lambdaRequests: number;
  readonly lambdaGbSeconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly storedGb: number;
  /** Of the table's point-in-time recovery: as much as is stored. */
  readonly recoveryGb: number;
  readonly sqsRequests: number;
  readonly schedulerInvocations: number;
  readonly metrics: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly logGb: number;
}

/** What stays on with or without work, by the hour. A pod's share of a node is that of its memory. */
export const ALWAYS_ON = {
  fargateVcpuHour: 0.03238,
  fargateGbHour: 0.00356,
  nodeHour: 0.0816,
  nodeMib: 8192,
} as const;

/** Hours of a month, as AWS counts them. */
export const MONTH_HOURS = 730;
export const MONTH_MINUTES = MONTH_HOURS * 60;
