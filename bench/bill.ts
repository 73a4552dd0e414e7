import { sum } from "./benchmark.ts";
import { ALWAYS_FREE, ALWAYS_ON, MONTH_HOURS, PRICES, type Usage } from "./prices.ts";

/** Dollars a month, by service. */
export interface Bill {
  readonly lambda: number;
  readonly dynamodb: number;
  readonly sqs: number;
  readonly scheduler: number;
  readonly metrics: number;
  readonly logs: number;
}

const MILLION = 1e6;
const COMPRESSED = 1 / 6;
/** Megabytes of memory with which a function has one processor. */
export const ONE_VCPU_MB = 1769;

/** Dollars a month for what was used. */
export function billOf(usage: Usage): Bill {
  return {
    lambda:
      usage.lambdaGbSeconds * PRICES.lambdaGbSecond + (usage.lambdaRequests / MILLION) * PRICES.lambdaMillionRequests,
    dynamodb:
      (usage.writeUnits / MILLION) * PRICES.dynamodbMillionWriteUnits +
      (usage.readUnits / MILLION) * PRICES.dynamodbMillionReadUnits +
      usage.storedGb * PRICES.dynamodbStoredGb +
      usage.recoveryGb * PRICES.dynamodbRecoveryGb,
    sqs: (usage.sqsRequests / MILLION) * PRICES.sqsMillionRequests,
    scheduler: (usage.schedulerInvocations / MILLION) * PRICES.schedulerMillionInvocations,
    metrics:
      usage.metrics * PRICES.cloudwatchMetric +
      usage.alarms * PRICES.cloudwatchAlarm +
      usage.dashboards * PRICES.cloudwatchDashboard,
    logs: usage.logGb * (PRICES.logGb + COMPRESSED * PRICES.logStoredGb),
  };
}

export function totalOf(bill: Bill): number {
  return sum(Object.values(bill));
}

/** What is left to pay for in an account that does nothing else. */
export function beyondFree(usage: Usage): Usage {
  return mapUsage(usage, (used, name) => Math.max(0, used - ALWAYS_FREE[name]));
}

export function add(...usages: readonly Usage[]): Usage {
  return mapUsage(ALWAYS_FREE, (_, name) => sum(usages.map((usage) => usage[name])));
}

export function multiply(usage: Usage, factor: number): Usage {
  return mapUsage(usage, (used) => used * factor);
}

function mapUsage(usage: Usage, change: (used: number, name: keyof Usage) => number): Usage {
  const entries = Object.entries(usage).map(([name, used]) => [name, change(used, name as keyof Usage)]);
  return Object.fromEntries(entries) as unknown as Usage;
}

/** Milliseconds that Lambda bills for: with less memory than {@link ONE_VCPU_MB} a function has that much less of a processor. */
export function billedMs(cpuMs: number, waitMs: number, memoryMb: number): number {
  return Math.ceil(cpuMs * Math.max(1, ONE_VCPU_MB / memoryMb) + waitMs);
}

export function gbSeconds(milliseconds: number, memoryMb: number): number {
  return (milliseconds / 1000) * (memoryMb / 1024);
}

/** Dollars a month for a task of Fargate on arm64. */
export function fargateMonth(vcpu: number, gb: number): number {
  return MONTH_HOURS * (vcpu * ALWAYS_ON.fargateVcpuHour + gb * ALWAYS_ON.fargateGbHour);
}

/** Dollars a month for a pod's share of a node. */
export function podMonth(memoryMib: number): number {
  return MONTH_HOURS * ALWAYS_ON.nodeHour * (memoryMib / ALWAYS_ON.nodeMib);
}
