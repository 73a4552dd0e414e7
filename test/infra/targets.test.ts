import { describe, expect, it } from "vitest";
import { at, isObject, list, packaged, permissions, statementsOf } from "../support/template.ts";
import { CHECKS } from "./checks/all.ts";
import { validity } from "./checks/validity.ts";

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:jobs";
const FIFO = "arn:aws:sns:eu-west-1:123456789012:jobs.fifo";
const BUS = "arn:aws:events:eu-west-1:210987654321:event-bus/shared";

describe("topics and buses become permissions", () => {
  it("for exactly those, and for the functions that post alone", async () => {
    const targets = {
      topics: [TOPIC, FIFO],
      buses: [{ bus: BUS }, { bus: "default" }, { bus: "jobs", region: "us-east-1" }],
    };
    const { template, text } = await packaged({ targets });
    const targetsOf = (name: string) =>
      (permissions(template)[name] ?? [])
        .filter(({ action }) => /^(sns|events):/.test(action))
        .map(({ action, resource }) => `${action} ${resource}`);
    expect(targetsOf("schedule")).toEqual([]);
    expect(targetsOf("poll")).toEqual([]);
    expect(targetsOf("deliver")).toEqual([
      "sns:Publish jobs",
      "sns:Publish jobs.fifo",
      "events:PutEvents event-bus/shared",
      "events:PutEvents event-bus/default",
      "events:PutEvents event-bus/jobs",
    ]);
    expect(targetsOf("retry")).toEqual(targetsOf("deliver"));
    const resources = statementsOf(template.Resources.RetryRole).flatMap(({ Action, Resource }) =>
      Action[0] === "events:PutEvents" || Action[0] === "sns:Publish" ? Resource : [],
    );
    expect(resources.map((resource) => at(resource, "Fn::Sub") ?? resource)).toEqual([
      TOPIC,
      FIFO,
      BUS,
      "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default",
      "arn:${AWS::Partition}:events:us-east-1:${AWS::AccountId}:event-bus/jobs",
    ]);
    expect(validity(text)).toEqual([]);
    for (const check of Object.values(CHECKS)) expect(await check(template, "dev")).toEqual([]);
  });

  it("and one that is for all topics, or for nothing, is seen", async () => {
    const { template } = await packaged({ targets: { topics: [TOPIC], buses: [{ bus: "jobs" }] } });
    for (const Resource of ["*", "arn:aws:sns:*", []]) {
      const wrong = structuredClone(template);
      for (const statement of list(
        at(wrong.Resources.DeliverRole, "Properties", "Policies", 0, "PolicyDocument", "Statement"),
      ))
        if (isObject(statement) && /^(sns|events):/.test(String(statement.Action))) statement.Resource = Resource;
      expect(await CHECKS["no statement is wider than AWS allows it to be"](wrong)).not.toEqual([]);
    }
  });

  it("for none where there are none", async () => {
    const { template } = await packaged();
    const actions = Object.values(permissions(template)).flatMap((each) => each.map(({ action }) => action));
    expect(actions.filter((action) => /^(sns|events):/.test(action))).toEqual([]);
  });

  it.each([
    { topics: ["arn:aws:sns:eu-west-1:123456789012:*"], buses: [] },
    { topics: [], buses: [{ bus: "*" }] },
    { topics: [], buses: [{ bus: "arn:aws:events:eu-west-1:123456789012:event-bus/${x}" }] },
  ])("and a name that stands for others is refused: %j", async (targets) => {
    await expect(packaged({ targets })).rejects.toThrow(/a topic or bus has no such name/);
  });
});
