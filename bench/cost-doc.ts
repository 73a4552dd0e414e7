import { add, beyondFree, billOf, fargateMonth, multiply, podMonth, totalOf } from "./bill.ts";
import { type Measured, money } from "./cost.ts";
import { readBetween, writeBetween } from "./document.ts";
import type { Usage } from "./prices.ts";
import { markdown } from "./report.ts";

const SERVICES = {
  lambda: "Lambda",
  dynamodb: "DynamoDB",
  sqs: "SQS",
  scheduler: "Scheduler",
  metrics: "metrics, alarms, dashboard",
  logs: "logs",
} as const;

/** Rewrites the tables of docs/cost.md. */
export function writeTables(measured: Measured): void {
  writeBetween("docs/cost.md", "namespace", namespaceTable(measured));
  writeBetween("docs/cost.md", "installations", installationsTable(measured));
  writeBetween("docs/cost.md", "usage", usageTable(measured));
  writeBetween("docs/cost.md", "always-on", alwaysOnTable());
}

/** Dollars that the document says that one more namespace costs which is told of failures. */
export function documented(): number {
  return Number(readBetween("docs/cost.md", "namespace").match(/\*\*together\*\* \| \*\*\$([\d.]+)/)?.[1]);
}

function namespaceTable({ failures, ends, starts, alone }: Measured): string {
  const columns = [failures, ends, starts, alone].map(billOf);
  const lines = Object.entries(SERVICES).map(([service, name]) => [
    name,
    ...columns.map((bill) => money(bill[service as keyof typeof SERVICES], 3)),
  ]);
  const heads = [
    "dollars a month",
    "(a) failures",
    "(b) every end",
    "(c) Running and every end",
    "(a), alone in its message",
  ];
  return markdown(heads, [...lines, ["**together**", ...columns.map((bill) => `**${money(totalOf(bill), 3)}**`)]]);
}

function installationsTable({ failures, alone, installation }: Measured): string {
  const sizes = [
    ["none", installation],
    ["1", add(installation, alone)],
    ["100", add(installation, multiply(failures, 100))],
    ["10,000", add(installation, multiply(failures, 10_000))],
  ] as const;
  const line = (name: string, usage: Usage) => {
    const bill = billOf(usage);
    const services = Object.keys(SERVICES).map((service) => money(bill[service as keyof typeof SERVICES]));
    return [name, ...services, money(totalOf(bill)), money(totalOf(billOf(beyondFree(usage))))];
  };
  const heads = ["namespaces", ...Object.values(SERVICES), "together", "beyond the free tier"];
  return markdown(
    heads,
    sizes.map(([name, usage]) => line(name, usage)),
  );
}

function usageTable({ failures, ends, starts, installation }: Measured): string {
  const names: Readonly<Partial<Record<keyof Usage, string>>> = {
    lambdaRequests: "invocations",
    lambdaGbSeconds: "GB-seconds",
    writeUnits: "write units",
    readUnits: "read units",
    sqsRequests: "requests to SQS",
    logGb: "GB of logs",
    metrics: "metrics",
    alarms: "metrics under alarm",
  };
  const columns = [failures, ends, starts, installation];
  const lines = Object.entries(names).map(([key, name]) => [
    name,
    ...columns.map((usage) => usage[key as keyof Usage].toLocaleString("en-US", { maximumSignificantDigits: 3 })),
  ]);
  return markdown(["a month", "(a)", "(b)", "(c)", "installation"], lines);
}

function alwaysOnTable(): string {
  return markdown(
    ["always on", "formula", "dollars a month"],
    [
      ["a pod of 128 MiB on an m7g.large", "730 h × $0.0816 × 128 / 8192", money(podMonth(128))],
      ["a pod of 512 MiB on an m7g.large", "730 h × $0.0816 × 512 / 8192", money(podMonth(512))],
      [
        "the smallest task of Fargate, arm64",
        "730 h × (0.25 × $0.03238 + 0.5 × $0.00356)",
        money(fargateMonth(0.25, 0.5)),
      ],
    ],
  );
}
