import { describe, expect, it } from "vitest";
import { cloudProblems, cloudSecrets, cloudTargets } from "#config/cloud";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { formatProblem, parseConfig } from "#config/config";

const GOOD = `
clusters:
  - name: prod
    server: "\${ssm:/jobbell/server}"
    auth: { token: "\${ssm:/jobbell/token}" }
    tls: { ca: "\${secretsmanager:jobbell/prod#ca}" }
  - name: certified
    server: https://api.example.com:6443
    auth: { clientCertificate: "\${secretsmanager:jobbell/prod#crt}", clientKey: "\${secretsmanager:jobbell/prod#key}" }
receivers:
  - name: chat
    slack: { webhookUrl: "\${ssm:/jobbell/slack}" }
  - name: hook
    webhook: { url: "https://\${ssm:/jobbell/host}/jobs", secret: ["\${ssm:/jobbell/new}", "\${ssm:/jobbell/old}"] }
namespaces:
  - namespace: ml
    cluster: prod
    kinds: [TFJob, Job]
    labelSelector: team=vision
    routes: [{ on: [Failed], match: { labels: { tier: prod } }, receivers: [chat, hook] }]
`;

const linesOf = (text: string) => cloudProblems(parseConfig(text, "f.yml")).map(formatProblem);

/** A configuration with one cluster and one receiver. */
const withThese = (cluster: string, receiver = '{ name: chat, slack: { webhookUrl: "${ssm:/s}" } }') => `
clusters: [${cluster}]
receivers: [${receiver}]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }] }]
`;

const SERVER = "name: c, server: https://api.example.com";

describe("a configuration for functions", () => {
  it("is good where every secret is a parameter or a secret of AWS", () => {
    expect(linesOf(GOOD)).toEqual([]);
  });

  it.each([
    [
      "a kubeconfig",
      withThese("{ name: c, kubeconfig: k }"),
      "f.yml:2:35: a function has no kubeconfig: give server and auth",
    ],
    [
      "a token file",
      withThese(`{ ${SERVER}, auth: { tokenFile: /t } }`),
      "f.yml:2:75: a function has no such file: use token with ${ssm:/name}",
    ],
    [
      "the environment",
      withThese(`{ ${SERVER}, auth: { token: "\${env:TOKEN}" } }`),
      "f.yml:2:71: ${env:TOKEN}: a function has no such environment variable: use ${ssm:/name}",
    ],
    [
      "a file",
      withThese(`{ ${SERVER}, auth: { token: "\${ssm:/t}" }, tls: { ca: "\${file:ca.pem}" } }`),
      "f.yml:2:97: ${file:ca.pem}: a function has no such file: use ${ssm:/name}",
    ],
    [
      "a secret in the file",
      withThese(`{ ${SERVER}, auth: { token: abc.def } }`),
      "f.yml:2:71: token: this secret stands in the file, and would stand in the function's package: use ${ssm:/name}",
    ],
    [
      "a Slack address in the file",
      withThese(
        `{ ${SERVER}, auth: { token: "\${ssm:/t}" } }`,
        "{ name: chat, slack: { webhookUrl: https://hooks.slack.com/services/T/B/x } }",
      ),
      "f.yml:3:48: webhookUrl: this secret stands in the file, and would stand in the function's package: use ${ssm:/name}",
    ],
  ])("is refused with %s, with its place and what to do", (_, text, line) => {
    expect(linesOf(text)).toEqual([line]);
  });

  it("names what may be read for clusters and for receivers, apart, each name once", () => {
    expect(cloudSecrets(parseConfig(GOOD, "f.yml"))).toEqual({
      clusters: { ssm: ["/jobbell/server", "/jobbell/token"], secretsManager: ["jobbell/prod"] },
      receivers: { ssm: ["/jobbell/host", "/jobbell/new", "/jobbell/old", "/jobbell/slack"], secretsManager: [] },
    });
  });
});

describe("what functions publish to", () => {
  const TARGETS = `
  - { name: t, sns: { topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" } }
  - { name: again, sns: { topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" } }
  - { name: b, eventbridge: { bus: jobs } }
  - { name: c, eventbridge: { bus: jobs, region: us-east-1 } }
  - { name: d, eventbridge: { bus: "arn:aws:events:eu-west-1:123456789012:event-bus/other" } }
namespaces:`;

  it("is named, each once, and needs no secret", () => {
    const config = parseConfig(GOOD.replace("\nnamespaces:", TARGETS), "f.yml");
    expect(cloudProblems(config)).toEqual([]);
    expect(cloudTargets(config)).toEqual({
      topics: ["arn:aws:sns:eu-central-1:123456789012:jobs"],
      buses: [
        { bus: "arn:aws:events:eu-west-1:123456789012:event-bus/other" },
        { bus: "jobs", region: "us-east-1" },
        { bus: "jobs" },
      ],
    });
  });

  it("is nothing without such receivers", () => {
    expect(cloudTargets(parseConfig(GOOD, "f.yml"))).toEqual({ topics: [], buses: [] });
  });
});

describe("a compiled configuration", () => {
  it("is read as it was, but for what only one machine has", () => {
    const config = parseConfig(GOOD, "/home/me/f.yml");
    const { clusters, receivers, namespaces } = readCompiledConfig(compileConfig(config, "/"));
    expect({ clusters, receivers, namespaces }).toEqual(
      JSON.parse(JSON.stringify({ ...pick(config) }).replaceAll("/home/me/f.yml", "home/me/f.yml"), (key, value) =>
        key === "kinds" ? config.namespaces[0]?.kinds : value,
      ),
    );
  });

  it("is the same text wherever the file lies, and holds no path of this machine", () => {
    const [here, there] = ["/home/me", "/srv/build"].map((folder) =>
      compileConfig(parseConfig(GOOD, `${folder}/jobbell.yml`), folder),
    );
    expect(here).toBe(there);
    expect(here).not.toContain("/home/me");
  });

  it("that names a kind which this build does not know is an error", () => {
    const text = compileConfig(parseConfig(GOOD, "f.yml"), ".").replace('"TFJob"', '"NewJob"');
    expect(() => readCompiledConfig(text)).toThrow("this build has no kind NewJob");
  });
});

const pick = ({ clusters, receivers, namespaces }: ReturnType<typeof parseConfig>) => ({
  clusters,
  receivers,
  namespaces,
});
