import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { batchJob } from "#jobs/kinds/batch-job";
import { mpiJob, pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { type Ended, folder, kubeconfig, run } from "../support/command.ts";
import { closedPort } from "../support/http.ts";
import { createJob, setCondition } from "../support/job-life.ts";

const TOKEN = "s3cret-token";
const NOW = Date.now();
const AT = ["-n", "ml", "--kubeconfig", "kubeconfig"];
const CONFIG = (server: string, provider = "kubernetes") => `clusters:
  - { name: lab, server: "${server}", provider: ${provider}, auth: { token: "\${env:TOKEN}" } }
  - { name: other, server: "https://other.example.com", auth: { token: "\${env:NO_SUCH}" } }
receivers: [{ name: hook, webhook: { url: "\${env:NO_SUCH}" } }]
namespaces: [{ namespace: ml, cluster: lab, kinds: [TFJob], routes: [{ receivers: [hook] }] }]
`;

const lines = ({ stdout }: Ended) => stdout.trimEnd().split("\n");

/** Two TFJobs and a Job in the namespace ml, another TFJob elsewhere, and a folder that says how to reach them. */
async function scene() {
  const api = await startApiServer({ now: () => NOW - 3_600_000, token: TOKEN });
  const home = folder();
  home.write("kubeconfig", kubeconfig(api.url));
  home.write("jobbell.yml", CONFIG(api.url));
  createJob(api, "mnist", { team: "vision" });
  setCondition(api, "mnist", "Created", 200);
  setCondition(api, "mnist", "Running", 210);
  createJob(api, "bert", { team: "nlp" });
  createJob(api, "elsewhere", {}, "research");
  api.create(batchJob.resource, {
    metadata: { namespace: "ml", name: "pi" },
    spec: { parallelism: 2, completions: 2 },
    status: { active: 2, ready: 1, startTime: "2026-11-21T00:00:00Z" },
  });
  return {
    api,
    home,
    job: (...args: readonly string[]) => run(["job", ...args], { cwd: home.path, env: { TOKEN } }),
    sent: () => api.requests.filter(({ method }) => method === "PATCH"),
    async [Symbol.asyncDispose]() {
      await api.close();
      home[Symbol.dispose]();
    },
  };
}

describe.concurrent("jobbell job list", () => {
  it("shows the jobs of a namespace with their state, replicas and age", async () => {
    await using here = await scene();
    const { job } = here;
    const listed = await job("list", ...AT);
    expect(listed).toMatchObject({ exit: 0, stderr: "" });
    expect(lines(listed)).toEqual([
      "KIND    NAME    STATE     REPLICAS            AGE",
      "Job     pi      Running   Pod 2/2 active      1 h",
      "TFJob   bert    -         Worker 0/2 active   1 h",
      "TFJob   mnist   Running   Worker 0/2 active   1 h",
    ]);
  });

  it("shows all namespaces, each with its name", async () => {
    await using here = await scene();
    const { api, job } = here;
    const listed = await job("list", "-A", "tfjobs", "--kubeconfig", "kubeconfig");
    expect(lines(listed).map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
      ["NAMESPACE", "KIND", "NAME"],
      ["ml", "TFJob", "bert"],
      ["ml", "TFJob", "mnist"],
      ["research", "TFJob", "elsewhere"],
    ]);
    expect(api.requests.map(({ path }) => path)).toEqual(["/apis/kubeflow.org/v1/tfjobs?limit=500"]);
  });

  it.each([
    ["a label", ["TFJob", "--selector", "team=vision"], ["tfjob.kubeflow.org/mnist"]],
    ["a field", ["tfjob", "--field-selector", "metadata.name=bert"], ["tfjob.kubeflow.org/bert"]],
    ["a kind", ["jobs.batch"], ["job.batch/pi"]],
    [
      "two kinds, one of them twice",
      ["TFJOB", "job", "tfjobs"],
      ["tfjob.kubeflow.org/bert", "tfjob.kubeflow.org/mnist", "job.batch/pi"],
    ],
  ])("shows only those of %s", async (_what, args, expected) => {
    await using here = await scene();
    const { job } = here;
    expect(lines(await job("list", ...args, ...AT, "-o", "name"))).toEqual(expected);
  });

  it("shows as many as are asked for, and says that there are more", async () => {
    await using here = await scene();
    const { job } = here;
    const listed = await job("list", "tfjob", ...AT, "--limit", "1", "-o", "name");
    expect(listed).toEqual({
      exit: 0,
      stdout: "tfjob.kubeflow.org/bert\n",
      stderr: "there are more tfjobs than these 1: raise --limit, or leave it out\n",
    });
    expect((await job("list", "tfjob", ...AT, "--limit", "2", "-o", "name")).stderr).toBe("");
  });

  it("writes a List that says the kind of each item, in JSON and in YAML", async () => {
    await using here = await scene();
    const { job } = here;
    const [json, yaml] = await Promise.all([job("list", ...AT, "-o", "json"), job("list", ...AT, "-o", "yaml")]);
    const list = JSON.parse(json.stdout);
    expect(parse(yaml.stdout)).toEqual(list);
    expect(list).toMatchObject({ apiVersion: "v1", kind: "List", items: [{ kind: "Job" }, { kind: "TFJob" }, {}] });
    expect(json.stdout).not.toContain("managedFields");
  });

  it("says of a namespace without jobs that there are none, and nothing on standard output", async () => {
    await using here = await scene();
    const { job } = here;
    const listed = await job("list", "-n", "empty", "--kubeconfig", "kubeconfig");
    expect(listed).toEqual({ exit: 0, stdout: "", stderr: 'there are no jobs in "empty"\n' });
    const names = await job("list", "-n", "empty", "--kubeconfig", "kubeconfig", "-o", "name");
    expect(names).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  it("leaves out a kind that is not installed unless it was asked for", async () => {
    await using here = await scene();
    const { home, job } = here;
    await using bare = await startApiServer({ now: () => NOW, token: TOKEN, resources: [tfJob.resource] });
    home.write("bare", kubeconfig(bare.url));
    createJob(bare, "mnist");
    const at = ["-n", "ml", "--kubeconfig", "bare", "-o", "name"];
    expect(await job("list", ...at)).toEqual({ exit: 0, stdout: "tfjob.kubeflow.org/mnist\n", stderr: "" });
    const asked = await job("list", "tfjob", "mpijob", ...at);
    expect(asked).toMatchObject({ exit: 1, stdout: "" });
    expect(asked.stderr).toMatch(/^jobbell: cluster "prod" has no mpijobs\.kubeflow\.org .*\n$/);
  });

  it("says so where none of the usual kinds is installed", async () => {
    await using here = await scene();
    const { home, job } = here;
    await using none = await startApiServer({ now: () => NOW, token: TOKEN, resources: [mpiJob.resource] });
    home.write("none", kubeconfig(none.url));
    const lacking = await job("list", "-n", "ml", "--kubeconfig", "none");
    expect(lacking).toMatchObject({ exit: 1, stdout: "" });
    expect(lacking.stderr).toMatch(/has none of jobs, pytorchjobs, tfjobs: name the kind to list\n$/);
  });

  it("names an object that is no job, and shows the others", async () => {
    await using here = await scene();
    const { api, job } = here;
    api.update(tfJob.resource, "ml", "bert", (object) => {
      object.status = { conditions: "\u001b[31mnone" };
    });
    const listed = await job("list", "tfjob", ...AT);
    expect(listed.exit).toBe(0);
    expect(listed.stderr).toMatch(/^warning: cannot read ml\/bert: status\.conditions: .*\n$/);
    expect(lines(listed)[1]).toMatch(/^TFJob {3}bert {4}unreadable/);
  });
});

describe.concurrent("jobbell job get", () => {
  it("shows one job, as a list would", async () => {
    await using here = await scene();
    const { job } = here;
    expect(lines(await job("get", "TFJobs/mnist", ...AT))).toEqual([
      "KIND    NAME    STATE     REPLICAS            AGE",
      "TFJob   mnist   Running   Worker 0/2 active   1 h",
    ]);
  });

  it("writes the object, in each format", async () => {
    await using here = await scene();
    const { api, job } = here;
    const object = api.get(tfJob.resource, "ml", "mnist");
    const written = (format: string) => job("get", "tfjob", "mnist", ...AT, "-o", format);
    const [json, yaml, name] = await Promise.all([written("json"), written("yaml"), written("name")]);
    const { managedFields: _, ...metadata } = object!.metadata;
    expect(JSON.parse(json.stdout)).toEqual({ ...object, metadata });
    expect(parse(yaml.stdout)).toEqual({ ...object, metadata });
    expect(name.stdout).toBe("tfjob.kubeflow.org/mnist\n");
  });

  it("shows nothing that a terminal would obey", async () => {
    await using here = await scene();
    const { api, job } = here;
    const label = "\u001b]0;owned\u0007\u009b31m\u202eabc";
    api.update(tfJob.resource, "ml", "mnist", ({ metadata }) => {
      metadata.annotations = { note: label };
    });
    const outputs = await Promise.all(
      ["json", "yaml"].map((format) => job("get", "tfjob", "mnist", ...AT, "-o", format)),
    );
    const [json, yaml] = outputs.map(({ stdout }) => stdout);
    for (const text of [json, yaml]) expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(JSON.parse(json!).metadata.annotations.note).toBe(label);
    expect(parse(yaml!).metadata.annotations.note).toBe(label);
  });

  it("finds its cluster in a configuration, of which it resolves nothing else", async () => {
    await using here = await scene();
    const { job } = here;
    const named = await job(
      "get",
      "tfjob",
      "mnist",
      "-n",
      "ml",
      "--config",
      "jobbell.yml",
      "--cluster",
      "lab",
      "-o",
      "name",
    );
    expect(named).toEqual({ exit: 0, stdout: "tfjob.kubeflow.org/mnist\n", stderr: "" });
    expect(await job("get", "tfjob", "mnist", "-n", "ml", "--cluster", "lab", "-o", "name")).toEqual(named);
  });

  it("finds its cluster where kubectl would", async () => {
    await using here = await scene();
    const { home } = here;
    const env = { KUBECONFIG: `${home.path}/kubeconfig` };
    const found = await run(["job", "get", "tfjob", "mnist", "-n", "ml", "-o", "name"], { cwd: home.path, env });
    expect(found).toEqual({ exit: 0, stdout: "tfjob.kubeflow.org/mnist\n", stderr: "" });
  });
});

it("jobbell run finds its cluster where kubectl would, too", async () => {
  await using here = await scene();
  const env = { KUBECONFIG: `${here.home.path}/nowhere:${here.home.path}/kubeconfig` };
  const flags = ["-n", "ml", "--kind", "TFJob", "--webhook", "http://127.0.0.1:9/x", "--state", ":memory:"];
  const { exit, stderr } = await run(["run", "--once", ...flags], { cwd: here.home.path, env });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
});

describe.concurrent("jobbell job status", () => {
  it("asks for the status of a batch Job, and shows the steps that led there", async () => {
    await using here = await scene();
    const { api, job } = here;
    const shown = await job("status", "job", "pi", ...AT);
    expect(
      lines(shown)
        .slice(3)
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ["EVENT", "AT"],
      ["Created", expect.any(String)],
      ["Running", "2026-11-21T00:00:00Z"],
    ]);
    expect(api.requests.map(({ path }) => path)).toEqual(["/apis/batch/v1/namespaces/ml/jobs/pi/status"]);
  });

  it.each([
    ["kubernetes", "tfjobs/mnist/status"],
    ["cci", "tfjobs/mnist"],
  ])("of another kind is where the API of %s has it", async (provider, path) => {
    await using here = await scene();
    const { api, job } = here;
    const shown = await job("status", "tfjob", "mnist", ...AT, "--provider", provider, "-o", "json");
    expect(JSON.parse(shown.stdout).status.conditions).toHaveLength(2);
    expect(api.requests.map((request) => request.path)).toEqual([`/apis/kubeflow.org/v1/namespaces/ml/${path}`]);
  });
});

describe.concurrent("jobbell job patch", () => {
  const changes = [
    ...["--label", "tier=prod", "--label", "team-", "--annotation", "example.com/note=a=b"],
    ...["--active-deadline", "2h", "--ttl-after-finished", "1d", "--clean-pod-policy", "All"],
  ];

  it("changes a job by one merge patch, and says what changed", async () => {
    await using here = await scene();
    const { api, job, sent } = here;
    const patched = await job("patch", "tfjob", "mnist", ...AT, ...changes);
    expect(patched).toMatchObject({ exit: 0, stderr: "" });
    expect(lines(patched)).toEqual([
      "tfjob.kubeflow.org/mnist patched",
      "FIELD                                    BEFORE   AFTER",
      "metadata.labels.tier                     -        prod",
      "metadata.labels.team                     vision   -",
      "metadata.annotations.example.com/note    -        a=b",
      "spec.runPolicy.activeDeadlineSeconds     -        7200",
      "spec.runPolicy.ttlSecondsAfterFinished   -        86400",
      "spec.runPolicy.cleanPodPolicy            -        All",
    ]);
    expect(sent()).toMatchObject([
      {
        path: "/apis/kubeflow.org/v1/namespaces/ml/tfjobs/mnist?fieldValidation=Strict",
        headers: { "content-type": "application/merge-patch+json" },
      },
    ]);
    expect(api.get(tfJob.resource, "ml", "mnist")).toMatchObject({
      metadata: { labels: { tier: "prod" }, annotations: { "example.com/note": "a=b" } },
      spec: { runPolicy: { activeDeadlineSeconds: 7200, ttlSecondsAfterFinished: 86_400, cleanPodPolicy: "All" } },
    });
    expect(lines(await job("patch", "tfjob", "mnist", ...AT, ...changes))).toEqual([
      "tfjob.kubeflow.org/mnist is so already, nothing to change",
    ]);
  });

  it("with --dry-run changes nothing and says what would change", async () => {
    await using here = await scene();
    const { api, job, sent } = here;
    const before = api.get(tfJob.resource, "ml", "mnist");
    const tried = await job("patch", "tfjob", "mnist", ...AT, "--label", "tier=prod", "--dry-run");
    expect(lines(tried)).toEqual([
      "tfjob.kubeflow.org/mnist would be patched",
      "FIELD                  BEFORE   AFTER",
      "metadata.labels.tier   -        prod",
    ]);
    expect(sent()[0]!.path).toMatch(/\?dryRun=All&fieldValidation=Strict$/);
    expect(api.get(tfJob.resource, "ml", "mnist")).toEqual(before);
  });

  it("writes the changed object where it is asked to", async () => {
    await using here = await scene();
    const patched = await here.job("patch", "tfjob", "mnist", ...AT, "--label", "tier=prod", "-o", "json");
    expect(JSON.parse(patched.stdout).metadata.labels.tier).toBe("prod");
  });

  it("sends CCI what its pages list, where they have it, and no dry run", async () => {
    await using here = await scene();
    const { home, job } = here;
    await using cci = await startApiServer({ now: () => NOW, token: TOKEN, provider: "cci" });
    home.write("jobbell.yml", CONFIG(cci.url, "cci"));
    const { resource } = pyTorchJob;
    cci.create(resource, { metadata: { namespace: "ml", name: "mnist" }, spec: { pytorchReplicaSpecs: {} } });
    const at = ["-n", "ml", "--cluster", "lab"];
    const tried = await job("patch", "pytorchjob", "mnist", ...at, "--active-deadline", "1h", "--dry-run");
    expect(lines(tried)).toEqual([
      "pytorchjob.kubeflow.org/mnist would be patched",
      "FIELD                        BEFORE   AFTER",
      "spec.activeDeadlineSeconds   -        3600",
    ]);
    expect(cci.requests.map(({ method }) => method)).toEqual(["GET"]);
    const patched = await job(
      "patch",
      "pytorchjob",
      "mnist",
      ...at,
      "--active-deadline",
      "1h",
      "--clean-pod-policy",
      "None",
    );
    expect(patched).toMatchObject({ exit: 0, stderr: "" });
    expect(cci.requests.at(-1)).toMatchObject({
      path: "/apis/kubeflow.org/v1/namespaces/ml/pytorchjobs/mnist",
      body: '{"spec":{"activeDeadlineSeconds":3600,"cleanPodPolicy":"None"}}',
    });
    expect(cci.get(resource, "ml", "mnist")!.spec).toMatchObject({ activeDeadlineSeconds: 3600 });
  });

  it("notices that an API dropped a field without a word", async () => {
    await using here = await scene();
    const { home, job } = here;
    await using cci = await startApiServer({ now: () => NOW, token: TOKEN, provider: "cci" });
    home.write("cci", kubeconfig(cci.url));
    cci.create(tfJob.resource, { metadata: { namespace: "ml", name: "mnist" }, spec: { tfReplicaSpecs: {} } });
    const at = ["-n", "ml", "--kubeconfig", "cci"];
    const patched = await job("patch", "tfjob", "mnist", ...at, "--active-deadline", "1h");
    expect(patched.exit).toBe(1);
    expect(patched.stderr).toMatch(/did not keep spec\.runPolicy\.activeDeadlineSeconds: .*--provider\n$/);
  });

  it("of a version that is not the newest is a conflict, with and without a dry run, and on CCI", async () => {
    await using here = await scene();
    const { api, job } = here;
    const flags = ["--label", "tier=prod", "--if-version", "7"];
    const results = await Promise.all([
      job("patch", "tfjob", "mnist", ...AT, ...flags),
      job("patch", "tfjob", "mnist", ...AT, ...flags, "--dry-run"),
      job("patch", "tfjob", "mnist", ...AT, ...flags, "--dry-run", "--provider", "cci"),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ exit: 1, stdout: "" });
      expect(result.stderr).toMatch(
        /^jobbell: cluster "prod" has (a newer|another) version of TFJob "mnist".*: read it again.*\n$/,
      );
    }
    const { resourceVersion = "" } = api.get(tfJob.resource, "ml", "mnist")!.metadata;
    const flag = ["--label", "tier=prod", "--if-version", String(resourceVersion)];
    expect((await job("patch", "tfjob", "mnist", ...AT, ...flag, "--dry-run", "--provider", "cci")).exit).toBe(0);
    expect((await job("patch", "tfjob", "mnist", ...AT, ...flag)).exit).toBe(0);
  });
});

describe.concurrent("what the API refuses", () => {
  const GET = ["get", "tfjob", "mnist", ...AT];
  const LABEL = ["patch", "tfjob", "mnist", ...AT, "--label", "a=b"];
  const answers = (status: number, body?: object | string) => (api: ApiServer) =>
    api.fail({ status, times: 9, ...(body !== undefined && { body }) });

  it.each<[string, (api: ApiServer) => void, readonly string[], RegExp]>([
    ["401", answers(401), GET, /does not accept the credentials \(401\).*renew them/],
    [
      "403",
      answers(403),
      ["list", ...AT],
      /does not let this account list .*"ml" \(403\).*give it a Role there that allows verb "list"/,
    ],
    ["403 of CCI", answers(403, { error_code: "IAM.1", error_msg: "no policy" }), GET, /saying "no policy \(IAM\.1\)"/],
    ["404 for a kind", answers(404, "404 page not found\n"), GET, /has no tfjobs\.kubeflow\.org/],
    [
      "429 for long",
      (api) => api.fail({ status: 429, headers: { "retry-after": "600" } }),
      GET,
      /fewer requests \(429\)/,
    ],
    ["500", answers(500), GET, /cannot answer now \(500\)/],
    ["a web page", answers(200, "<html>welcome"), GET, /web page/],
    ["half an answer", (api) => api.fail({ truncate: true, times: 9 }), GET, /before its answer was complete/],
    ["a reset", (api) => api.fail({ reset: true, times: 9 }), GET, /closed the connection/],
    ["an absent job", () => {}, ["get", "tfjob", "nope", ...AT], /has no TFJob "nope" in namespace "ml"/],
    ["an absent job to patch", () => {}, ["patch", "tfjob", "nope", ...AT, "--label", "a=b"], /has no TFJob "nope"/],
    [
      "a bad label",
      () => {},
      ["patch", "tfjob", "mnist", ...AT, "--label", "bad key!=b"],
      /\(422\), saying "metadata\.labels: /,
    ],
    ["a fixed field", () => {}, ["patch", "job", "pi", ...AT, "--completions", "5"], /completions: .*immutable/],
    [
      "a patch that may not be made",
      (api) => api.fail({ status: 403, when: ({ method }) => method === "PATCH" }),
      LABEL,
      /verb "patch" on resource "tfjobs"/,
    ],
    [
      "a bad selector",
      () => {},
      ["list", ...AT, "--field-selector", "status.phase=x"],
      /field label .*check the selectors/,
    ],
  ])("such as %s is one clear line and exit code 1", async (_what, arrange, args, words) => {
    await using here = await scene();
    const { api, job } = here;
    arrange(api);
    const result = await job(...args);
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr).toMatch(/^jobbell: cluster "prod" [^\n]+\n$/);
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toMatch(/s3cret|127\.0\.0\.1/);
  });

  it("a server that asks to wait a moment is waited for", async () => {
    await using here = await scene();
    const { api, job } = here;
    api.fail({ status: 429 });
    expect(await job(...GET, "-o", "name")).toEqual({ exit: 0, stdout: "tfjob.kubeflow.org/mnist\n", stderr: "" });
  });

  it("a server that is not there is one clear line", async () => {
    await using here = await scene();
    const { home, job } = here;
    home.write("nobody", kubeconfig(`http://127.0.0.1:${await closedPort()}`));
    const result = await job("get", "tfjob", "mnist", "-n", "ml", "--kubeconfig", "nobody");
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr).toMatch(/^jobbell: cluster "prod" refuses connections[^\n]+\n$/);
  });
});

describe.concurrent("an answer that is too large", () => {
  it("of one object is an error that says so", async () => {
    await using here = await scene();
    const { api, job } = here;
    api.fail({ status: 200, body: { kind: "TFJob", padding: "x".repeat(50_000_000) } });
    const result = await job("get", "tfjob", "mnist", ...AT);
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr).toMatch(/^jobbell: cluster "prod" sent more than 32 MB in one answer: [^\n]+\n$/);
  });

  it("of a list with large objects is read by smaller pages", async () => {
    await using here = await scene();
    const { api, job } = here;
    for (let index = 0; index < 9; index += 1) {
      const metadata = { namespace: "large", name: `job-${index}`, annotations: { note: "x".repeat(5_000_000) } };
      api.create(tfJob.resource, { metadata, spec: { tfReplicaSpecs: {} } });
    }
    const listed = await job("list", "tfjob", "-n", "large", "--kubeconfig", "kubeconfig", "-o", "name");
    expect(listed.stderr).toBe("");
    expect(lines(listed)).toHaveLength(9);
  });
});
