import { describe, expect, it } from "vitest";
import { run, start } from "../support/command.ts";

describe("jobbell demo", () => {
  it("shows messages, ends by itself and sums up", async () => {
    const { exit, stdout, stderr } = await run(["demo", "--for", "4s"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/^Jobbell demo: a simulated Kubernetes cluster/);
    expect(stdout).toContain("jobbell run -n NAMESPACE --slack URL");
    expect(stdout).toMatch(/▌🚀 Running: .*\n▌.*\n▌Namespace: (ml-team|research) · Cluster: demo/);
    expect(stdout).toMatch(/\n\d+ messages?: .*\. \d+ requests to the cluster\.\n$/);
  });

  it("ends with the summary at Ctrl-C", async () => {
    const demo = start(["demo"]);
    await demo.line((line) => line.includes("▌🚀"));
    demo.process.kill("SIGINT");
    const { exit, stdout } = await demo.ended;
    expect(exit).toBe(0);
    expect(stdout).toMatch(/requests to the cluster\.\n$/);
  });
});
