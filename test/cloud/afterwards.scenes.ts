import { expect, it } from "vitest";
import { FUNCTIONS } from "../../infra/functions.ts";
import type { Installation } from "./installation.ts";
import { covers, permissionsOf } from "./roles.ts";

interface Metric {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** What the functions' roles allow for reasons that are not to be seen here. */
const ONLY_IN_AWS: readonly string[] = [
  // The logs of a function are Lambda's to write, with the function's role.
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  // Lambda wants them of a role before it connects it to a queue, and to a stream.
  "sqs:GetQueueAttributes",
  "dynamodb:ListStreams",
];

/** What must hold of all that was written in the whole run, so these come last. */
export function afterwards(here: () => Installation, rowsSeen: ReadonlySet<string>): void {
  it("let no secret out: not in what they write, not in a row, not in a message", () => {
    const { cloud, hidden } = here();
    const written = [...FUNCTIONS.flatMap((name) => cloud.functions[name].lines), ...rowsSeen, ...cloud.queues.sent];
    expect(rowsSeen.size).toBeGreaterThan(50);
    for (const secret of hidden) expect(written.filter((text) => text.includes(secret))).toEqual([]);
  });

  it.each(FUNCTIONS)("write nothing but JSON lines: %s", (name) => {
    const lines = here().cloud.functions[name].lines.map((line) => JSON.parse(line));
    const metrics = lines.filter((line) => "_aws" in line);
    expect(metrics.length).toBeGreaterThan(0);
    for (const line of metrics) {
      expect(line.service).toBe(here().cloud.settings.functions[name].variables.POWERTOOLS_SERVICE_NAME);
      for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics as readonly Metric[]) {
        expect(Namespace).toBe("Jobbell");
        for (const dimensions of Dimensions) expect(dimensions).toContain("service");
        for (const { Name } of Metrics) expect(line).toHaveProperty(Name);
      }
    }
    for (const line of lines.filter((each) => !("_aws" in each)))
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(INFO|WARN|ERROR)$/),
        message: expect.any(String),
        requestId: expect.stringMatching(/^[-0-9a-f]{36}$/),
      });
  });

  it.each(FUNCTIONS)("need all that their roles allow, and nothing else: %s", (name) => {
    const { aws, settings, template } = here().cloud;
    const { uses } = aws[name];
    const permissions = permissionsOf(template, settings.functions[name].role);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((use) => !permissions.some((permission) => covers(permission, use)))).toEqual([]);
    const unused = permissions.filter((permission) => !uses.some((use) => covers(permission, use)));
    expect(unused.filter(({ action }) => !ONLY_IN_AWS.includes(action))).toEqual([]);
  });
}
