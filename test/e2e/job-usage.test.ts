import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { folder, kubeconfig, run } from "../support/command.ts";

const AT = ["-n", "ml", "--kubeconfig", "kubeconfig"];
const home = folder();
let api: ApiServer;

beforeAll(async () => {
  api = await startApiServer({ now: Date.now, token: "s3cret-token" });
  home.write("kubeconfig", kubeconfig(api.url));
  home.write(
    "jobbell.yml",
    `clusters:
  - { name: lab, server: "${api.url}", auth: { token: "\${env:TOKEN}" } }
  - { name: other, server: "https://other.example.com", auth: { token: "\${env:NO_SUCH}" } }
receivers: [{ name: hook, webhook: { url: "\${env:NO_SUCH}" } }]
namespaces: [{ namespace: ml, cluster: lab, kinds: [TFJob], routes: [{ receivers: [hook] }] }]
`,
  );
});

afterAll(async () => {
  await api.close();
  home[Symbol.dispose]();
});

describe.concurrent("bad usage", () => {
  const LIST = ["list", ...AT];
  const PATCH = ["patch", "tfjob", "mnist", ...AT];
  it.each<[string, readonly string[], RegExp]>([
    ["no command", [], /Usage: jobbell job/],
    ["an unknown command", ["lst"], /list/],
    ["an unknown option", [...LIST, "--limits", "1"], /--limit/],
    ["an unknown kind", ["list", "tfjbo", ...AT], /there is no kind "tfjbo", did you mean "TFJob"\?/],
    ["a kind that is no job", ["get", "pod/x", ...AT], /there is no kind "pod": the kinds are Job, JAXJob/],
    ["no namespace to list", ["list", "--kubeconfig", "kubeconfig"], /-n NAMESPACE, or -A/],
    ["no namespace", ["get", "tfjob", "mnist"], /-n NAMESPACE/],
    ["a namespace and all of them", [...LIST, "-A"], /exclude each other/],
    ["a namespace that cannot be one", ["list", "-n", "../x"], /cannot be the name of a namespace/],
    [
      "all namespaces of CCI",
      ["list", "-A", "--provider", "cci", "--kubeconfig", "kubeconfig"],
      /one namespace at a time/,
    ],
    ["a limit of none", [...LIST, "--limit", "0"], /--limit.*at least 1/],
    ["an unknown format", [...LIST, "-o", "wide"], /json, yaml, name/],
    ["an unknown provider", [...LIST, "--provider", "aws"], /kubernetes, cci/],
    ["no name", ["get", "tfjob", ...AT], /name the job: tfjob NAME/],
    ["two names", ["get", "tfjob/a", "b", ...AT], /KIND NAME, or KIND\/NAME/],
    ["a name that cannot be one", ["get", "tfjob", "../secrets", ...AT], /cannot be the name of a job/],
    ["nothing to change", PATCH, /say what to change/],
    ["a label without value", [...PATCH, "--label", "tier"], /key=value/],
    ["a label given twice", [...PATCH, "--label", "a=b", "--label", "a-"], /"a" is given twice/],
    ["a deadline of nothing", [...PATCH, "--active-deadline", "0s"], /at least 1s/],
    ["a duration that is none", [...PATCH, "--ttl-after-finished", "soon"], /such as 90s, 2h or 1d/],
    ["a duration beyond all bounds", [...PATCH, "--ttl-after-finished", "99999d"], /such as 90s/],
    ["an unknown policy", [...PATCH, "--clean-pod-policy", "Some"], /None, Running, All/],
    ["half a pod", ["patch", "job", "pi", ...AT, "--parallelism", "1.5"], /whole number/],
    [
      "pods of a TFJob",
      [...PATCH, "--parallelism", "2"],
      /--parallelism cannot be changed of a TFJob: the API allows --label, /,
    ],
    ["a policy of a Job", ["patch", "job", "pi", ...AT, "--clean-pod-policy", "All"], /cannot be changed of a Job/],
    [
      "what CCI does not list",
      ["patch", "job", "pi", ...AT, "--provider", "cci", "--annotation", "a=b"],
      /the API of CCI allows --label, --parallelism, --completions/,
    ],
    ["a configuration and a kubeconfig", [...LIST, "--config", "jobbell.yml"], /exclude each other/],
    ["a configuration that is not there", ["list", "-n", "ml", "--config", "nowhere.yml"], /nowhere\.yml/],
    ["one of several clusters", ["list", "-n", "ml", "--config", "jobbell.yml"], /--cluster: lab, other/],
    ["an unknown cluster", ["list", "-n", "ml", "--cluster", "prod"], /no cluster "prod", there are: lab, other/],
    ["a kubeconfig that is not there", ["list", "-n", "ml", "--kubeconfig", "nowhere"], /nowhere/],
    ["a secret that is not there", ["list", "-n", "ml", "--cluster", "other"], /NO_SUCH/],
  ])("such as %s is one clear message and exit code 2, and asks nobody", async (_what, args, words) => {
    const result = await run(["job", ...args], { cwd: home.path, env: { TOKEN: "s3cret-token" } });
    expect(result).toMatchObject({ exit: 2, stdout: "" });
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).not.toMatch(/s3cret|127\.0\.0\.1/);
    expect(api.requests).toEqual([]);
  });
});
