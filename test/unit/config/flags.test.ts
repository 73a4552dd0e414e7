import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "#config/config";
import { configFromFlags, type Flags } from "#config/flags";
import { EVENT_TYPES } from "#jobs/event";
import { kindNamed } from "#jobs/kinds/registry";

const FLAGS: Flags = {
  cluster: "arn:aws:eks:eu-central-1:1:cluster/prod",
  kubeconfig: "kube/config",
  namespaces: ["ml", "nlp"],
  kinds: ["TFJob", "Job"],
  slack: "https://hooks.slack.com/services/x",
  intervalMs: 250,
  statePath: "jobs.db",
  directory: "/home/me",
};

function linesOf(flags: Partial<Flags>): readonly string[] {
  try {
    configFromFlags({ ...FLAGS, ...flags });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.format().split("\n");
  }
}

describe("flags", () => {
  it("make a configuration of one cluster whose every event goes to every receiver", () => {
    const config = configFromFlags({
      ...FLAGS,
      context: "prod",
      webhook: "https://hooks.example.com",
      webhookSecret: "${env:SECRET}",
      labelSelector: "a=b",
      fieldSelector: "c=d",
      pageSize: 7,
      timeoutSeconds: 8,
      resourceVersion: "0",
      firstTick: "announce",
    });
    const watch = {
      cluster: FLAGS.cluster,
      kinds: [kindNamed("TFJob"), kindNamed("Job")],
      labelSelector: "a=b",
      fieldSelector: "c=d",
      pageSize: 7,
      timeoutSeconds: 8,
      resourceVersion: "0",
      firstTick: "announce",
      follow: { resyncMs: 3_600_000 },
      routes: [{ on: EVENT_TYPES, receivers: ["slack", "webhook"] }],
    };
    expect(config).toEqual({
      clusters: [
        {
          name: FLAGS.cluster,
          from: "kubeconfig",
          path: "/home/me/kube/config",
          context: "prod",
          at: { file: "--kubeconfig", line: 0, column: 0 },
        },
      ],
      receivers: [
        {
          name: "slack",
          type: "slack",
          webhookUrl: { text: FLAGS.slack, at: { file: "--slack", line: 0, column: 0 } },
          allowInsecure: true,
          allowPrivate: true,
          digestAbove: 20,
        },
        {
          name: "webhook",
          type: "webhook",
          url: { text: "https://hooks.example.com", at: { file: "--webhook", line: 0, column: 0 } },
          secrets: [{ text: "${env:SECRET}", at: { file: "--webhook-secret", line: 0, column: 0 } }],
          allowInsecure: true,
          allowPrivate: true,
          format: "standard",
        },
      ],
      namespaces: [
        { namespace: "ml", ...watch },
        { namespace: "nlp", ...watch },
      ],
      intervalMs: 250,
      statePath: "/home/me/jobs.db",
      directory: "/home/me",
      warnings: [],
    });
  });

  it("that are left out take their defaults", () => {
    const { directory: _, ...flags } = FLAGS;
    const config = configFromFlags({ ...flags, slack: undefined, webhook: "https://x", statePath: ":memory:" });
    expect(config).toMatchObject({
      clusters: [{ path: resolve("kube/config") }],
      receivers: [{ name: "webhook", secrets: [] }],
      namespaces: [{ pageSize: 500, firstTick: "silent" }, {}],
      statePath: ":memory:",
    });
    expect(Object.keys(config.clusters[0] ?? {})).not.toContain("context");
    expect(Object.keys(config.namespaces[0] ?? {})).not.toContain("labelSelector");
  });

  it("name any address: what somebody types is taken at its word", () => {
    expect(linesOf({ slack: "http://127.0.0.1:8080/x", webhook: "http://10.0.0.1/x" })).toEqual([]);
  });

  it("that say the same namespace or kind twice say it once", () => {
    const config = configFromFlags({ ...FLAGS, namespaces: ["ml", "ml"], kinds: ["Job", "Job"] });
    expect(config.namespaces).toMatchObject([{ namespace: "ml", kinds: [kindNamed("Job")] }]);
  });

  it("may name patterns of namespaces, whatever else they match", () => {
    const config = configFromFlags({ ...FLAGS, namespaces: ["*", "ml"] });
    expect(config).toMatchObject({ namespaces: [{ namespace: "*" }, { namespace: "ml" }], warnings: [] });
  });

  it.each<[Partial<Flags>, ...string[]]>([
    [{ slack: undefined }, "--slack: give --slack URL or --webhook URL"],
    [{ webhookSecret: "whsec_x" }, "--webhook-secret: needs --webhook URL"],
    [{ slack: "s3cret" }, "--slack: must be an address that starts with https://"],
    [{ slack: "${envv:S}" }, '--slack: unknown source "envv" in a reference, did you mean "env"?'],
    [{ webhook: "s3cret" }, "--webhook: must be an address that starts with https://"],
    [{ webhook: "https://x", webhookSecret: "s3cret" }, "--webhook-secret: must be whsec_ followed by base64"],
    [{ namespaces: [] }, "--namespace: must have at least one entry"],
    [
      { namespaces: ["ML"] },
      "--namespace: must be the name of a Kubernetes namespace: a-z, 0-9 and -, at most 63 characters; or a pattern with * for any others",
    ],
    [{ kinds: [] }, "--kind: must have at least one entry"],
    [{ kinds: ["TFjob"] }, '--kind: unknown value "TFjob", did you mean "TFJob"?'],
    [{ pageSize: 0 }, "--page-size: must be a whole number from 1 to 5000"],
    [{ resourceVersion: "1" }, '--resource-version: must be "0", in quotes'],
    [
      { firstTick: "x", kubeconfig: "" },
      "--kubeconfig: must not be empty",
      "--first-tick: must be one of silent, announce",
    ],
  ])("that are wrong are named: %j", (flags, ...lines) => {
    expect(linesOf(flags)).toEqual(lines);
  });
});
