import { describe, expect, it } from "vitest";
import { at, packaged, permissions, statementsOf } from "../support/template.ts";

const FULL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared/hook-a1B2c3";
const PARTIAL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared/hook";
const FOREIGN = "arn:aws:ssm:eu-west-1:123456789012:parameter/shared/token";

describe("names of secrets become permissions", () => {
  it("for exactly those, with a slash or without, and for nobody who does not need them", async () => {
    const { template } = await packaged({
      secrets: {
        clusters: { ssm: ["/jobbell/prod/token", "token", "/versioned:3", FOREIGN], secretsManager: [] },
        receivers: { ssm: [], secretsManager: ["team/hook", FULL, PARTIAL] },
      },
    });
    const secretsOf = (name: string) =>
      (permissions(template)[name] ?? [])
        .filter(({ action }) => /^(ssm|secretsmanager):/.test(action))
        .map(({ action, resource }) => `${action} ${resource}`);
    const hooks = ["team/hook-??????", "shared/hook-a1B2c3", "shared/hook-??????"];
    expect(secretsOf("schedule")).toEqual([]);
    expect(secretsOf("poll")).toEqual([
      "ssm:GetParameter parameter/jobbell/prod/token",
      "ssm:GetParameter parameter/token",
      "ssm:GetParameter parameter/versioned",
      "ssm:GetParameter parameter/shared/token",
    ]);
    expect(secretsOf("deliver")).toEqual(hooks.map((name) => `secretsmanager:GetSecretValue secret:${name}`));
    expect(secretsOf("retry")).toEqual(secretsOf("deliver"));
    const [parameter] = statementsOf(template.Resources.PollRole).find(({ Action }) => Action[0]?.startsWith("ssm:"))
      ?.Resource ?? [undefined];
    expect(at(parameter, "Fn::Sub")).toBe(
      "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/jobbell/prod/token",
    );
  });

  it("and a name that stands for others is refused", async () => {
    const secrets = {
      clusters: { ssm: ["/jobbell/*"], secretsManager: [] },
      receivers: { ssm: [], secretsManager: [] },
    };
    await expect(packaged({ secrets })).rejects.toThrow(/\/?jobbell\/\*: a parameter or secret has no such name/);
  });
});
