import { readdirSync, readFileSync } from "node:fs";
import { billedMs, gbSeconds } from "./bill.ts";
import type { Efforts } from "./cloud-times.ts";
import type { MonthOfUnits } from "./cloud-units.ts";
import type { Consumed } from "./metered.ts";
import { MONTH_HOURS, MONTH_MINUTES, type Usage } from "./prices.ts";
import { parameter } from "./template.ts";
import { WORKLOAD } from "./workload.ts";

const ROOT = new URL("../", import.meta.url);

/** Megabytes. */
const MEMORY = {
  schedule: parameter("scheduleMemory"),
  poll: parameter("pollMemory"),
  deliver: parameter("deliverMemory"),
  retry: parameter("retryMemory"),
} as const;

/**
 * Milliseconds that a function waits for others. These are assumed: what stands on this machine is no network. 0.2 ms for
 * an object is what a real API server took for lists of 10,000, less the client's own share.
 */
const WAIT = { listRoundTrips: 30, listedObject: 0.2, dynamodb: 6, sqs: 10, post: 150 } as const;

/** Lambda's own three lines for an invocation. */
const PLATFORM_LOG_BYTES = 400;
/** Namespaces of three kinds that one message names. */
const NAMESPACES_A_MESSAGE = 8;
/** An execution environment lives for some hours; each start is billed with its import. */
const STARTS_A_DAY = 12;
/** Lambda's pollers of an idle queue: five, each with three requests of 20 seconds a minute. */
const IDLE_RECEIVES_A_MINUTE = 15;
/** Created, Running, and an end. */
const EVENTS_A_JOB = 3;
const EVENTS_OF_A_CHANGE = 2;
const ROW_BYTES = 500;
const DELIVERY_BYTES = 1200;
const GB = 1e9;

/** Jobs that are listed at any time. */
const JOBS = (WORKLOAD.jobsADay * WORKLOAD.staysMs) / (24 * 3_600_000);
const NONE: Usage = {
  ...{ lambdaRequests: 0, lambdaGbSeconds: 0, writeUnits: 0, readUnits: 0, storedGb: 0, recoveryGb: 0, sqsRequests: 0 },
  ...{ schedulerInvocations: 0, metrics: 0, alarms: 0, dashboards: 0, logGb: 0 },
};

/** What one more namespace adds in a month, where `together` of them share a message. */
export function usageOfNamespace(units: MonthOfUnits, efforts: Efforts, together = NAMESPACES_A_MESSAGE): Usage {
  const messages = MONTH_MINUTES / together;
  const waits = (WAIT.listRoundTrips + JOBS * WAIT.listedObject + 2 * WAIT.dynamodb) / together;
  const busy = units.busyTicks / MONTH_MINUTES;
  const cpu = busy * efforts.change.cpuMs + (1 - busy) * efforts.poll.cpuMs;
  const pollMs = billedMs(cpu, waits, MEMORY.poll);
  const deliverMs = billedMs(efforts.deliver.cpuMs, WAIT.post + 4 * WAIT.dynamodb, MEMORY.deliver);
  const eventBytes = (efforts.change.logged - efforts.poll.logged) / EVENTS_OF_A_CHANGE;
  const events = (MONTH_HOURS / 24) * WORKLOAD.jobsADay * EVENTS_A_JOB;
  // A delivered row is kept for a week.
  const storedGb = (JOBS * ROW_BYTES + (units.posts / 4) * DELIVERY_BYTES) / GB;
  const logged =
    messages * (efforts.poll.logged + PLATFORM_LOG_BYTES) +
    events * eventBytes +
    units.posts * (efforts.deliver.logged + PLATFORM_LOG_BYTES);
  return {
    ...NONE,
    lambdaRequests: messages + units.posts,
    lambdaGbSeconds:
      MONTH_MINUTES * gbSeconds(pollMs, MEMORY.poll) + units.posts * gbSeconds(deliverMs, MEMORY.deliver),
    writeUnits: units.poll.writeUnits + units.deliver.writeUnits,
    readUnits: units.poll.readUnits + units.deliver.readUnits,
    storedGb,
    recoveryGb: storedGb,
    // Sent, ten at a time where there are as many; received; deleted.
    sqsRequests: messages * (together > 1 ? 2.1 : 3),
    logGb: logged / GB,
  };
}

/** What an installation uses in a month before it has any namespace. */
export function usageOfInstallation(retryUnits: Consumed, efforts: Efforts, dashboards = 1): Usage {
  const { schedule, retry, cold } = efforts;
  const scheduleMs = billedMs(schedule.cpuMs, WAIT.sqs, MEMORY.schedule);
  const retryMs = billedMs(retry.cpuMs, 2 * WAIT.dynamodb, MEMORY.retry);
  // A start has a whole processor, whatever the memory.
  const starts = Object.values(MEMORY).map((memory) => gbSeconds(billedMs(cold.cpuMs, 0, 1769), memory));
  const startsAMonth = STARTS_A_DAY * (MONTH_HOURS / 24);
  const logged = MONTH_MINUTES * (schedule.logged + retry.logged + 2 * PLATFORM_LOG_BYTES);
  return {
    ...NONE,
    lambdaRequests: 2 * MONTH_MINUTES,
    lambdaGbSeconds:
      MONTH_MINUTES * (gbSeconds(scheduleMs, MEMORY.schedule) + gbSeconds(retryMs, MEMORY.retry)) +
      startsAMonth * starts.reduce((total, each) => total + each, 0),
    writeUnits: retryUnits.writeUnits,
    readUnits: retryUnits.readUnits,
    sqsRequests: IDLE_RECEIVES_A_MINUTE * MONTH_MINUTES,
    schedulerInvocations: 2 * MONTH_MINUTES,
    metrics: countMetrics(),
    alarms: countAlarms(),
    dashboards,
    logGb: logged / GB,
  };
}

/** Every metric that the functions write: one by itself, but for deliveries, which have one for each kind of receiver and outcome. */
function countMetrics(): number {
  const cloud = new URL("lib/cloud/", ROOT);
  const sources = readdirSync(cloud).map((name) => readFileSync(new URL(name, cloud), "utf8"));
  const names = new Set(sources.flatMap((text) => [...text.matchAll(/addMetric\("(\w+)"/g)].map(([, name]) => name)));
  names.delete("Deliveries");
  return names.size + 2 * 3;
}

/** An alarm is billed for each metric that it looks at. */
function countAlarms(): number {
  return readFileSync(new URL("infra/alarms.yml", ROOT), "utf8").match(/\bMetricName:/g)?.length ?? 0;
}
