import { pathToFileURL } from "node:url";

/** What one invocation took, as the process itself saw it. */
export interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most memory that the process has had so far. */
  readonly peakMb: number;
}

const TIMEOUT_MS = 60_000;

const [path = ""] = process.argv.slice(2);
const begun = process.cpuUsage();
const { handler } = await import(pathToFileURL(path).href);
process.send?.(spentSince(begun, performance.now()));

process.on("message", async (event) => {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const answer = await handler(event, contextOf(Date.now() + TIMEOUT_MS));
  if (answer?.batchItemFailures?.length > 0) process.exit(1);
  process.send?.(spentSince(cpu, performance.now() - start));
});

function spentSince(cpu: NodeJS.CpuUsage, wallMs: number): Spent {
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 };
}

function contextOf(deadline: number) {
  return {
    functionName: "jobbell-bench",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:jobbell-bench",
    memoryLimitInMB: "512",
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}
