import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import { VARIABLES } from "#text/variables";
import { openWords, type Wording } from "#words/words";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../../support/events.ts";
import { EXPLAINED, RECOVERED, STALLED } from "../../support/example-events.ts";
import { hostileWording } from "../../support/wordings.ts";

const english = openWords();
const chinese = openWords({ language: "zh" });
const WORKER = { pod: "mnist-worker-1", replica: "Worker 1" };

describe("a cause", () => {
  test.each<[Explanation, string, string]>([
    [
      { ...WORKER, reason: "OOMKilled", exitCode: 137, signal: "SIGKILL" },
      "Worker 1 (mnist-worker-1) was killed: out of memory (OOMKilled, exit code 137)",
      "Worker 1（mnist-worker-1）因内存不足被终止（OOMKilled，退出码 137）",
    ],
    [
      { ...WORKER, reason: "Evicted", message: "The node was low on resource: memory." },
      "Worker 1 (mnist-worker-1) was evicted (Evicted): The node was low on resource: memory.",
      "Worker 1（mnist-worker-1）被驱逐（Evicted）：The node was low on resource: memory.",
    ],
    [
      { pod: "mnist-0", reason: "ImagePullBackOff", message: 'Back-off pulling image "x:1"' },
      'mnist-0 cannot pull its image (ImagePullBackOff): Back-off pulling image "x:1"',
      'mnist-0 无法拉取镜像（ImagePullBackOff）：Back-off pulling image "x:1"',
    ],
    [
      { ...WORKER, reason: "CrashLoopBackOff", exitCode: 1 },
      "Worker 1 (mnist-worker-1) keeps crashing (CrashLoopBackOff, exit code 1)",
      "Worker 1（mnist-worker-1）反复崩溃（CrashLoopBackOff，退出码 1）",
    ],
    [
      { ...WORKER, reason: "Unschedulable", message: "0/5 nodes are available" },
      "Unschedulable: 0/5 nodes are available",
      "无法调度（Unschedulable）：0/5 nodes are available",
    ],
    [
      { replica: "Master 0", reason: "CreateContainerConfigError", message: 'secret "s" not found' },
      'Master 0 could not start (CreateContainerConfigError): secret "s" not found',
      'Master 0 无法启动（CreateContainerConfigError）：secret "s" not found',
    ],
    [
      { ...WORKER, signal: "SIGTERM", exitCode: 143, reason: "Error" },
      "Worker 1 (mnist-worker-1) was killed by SIGTERM (exit code 143)",
      "Worker 1（mnist-worker-1）被 SIGTERM 终止（退出码 143）",
    ],
    [{ exitCode: 1, reason: "Error" }, "A pod ended with exit code 1", "Pod 退出，退出码 1"],
    [{ pod: "p", reason: "NodeLost" }, "p failed (NodeLost)", "p 失败（NodeLost）"],
    [{ message: "a\nb" }, "a b", "a b"],
  ])("of %j is %j", (explanation, inEnglish, inChinese) => {
    const event = jobEvent({ explanation });
    expect(english.describe(event).lead).toBe(inEnglish);
    expect(chinese.describe(event).lead).toBe(inChinese);
  });

  test("goes before what the condition says, which is not repeated", () => {
    const explanation = { pod: "p", reason: "BackoffLimitExceeded", message: "too often" };
    const event = jobEvent({ reason: "BackoffLimitExceeded", message: "too often", explanation });
    expect(english.describe(event)).toMatchObject({
      lead: "p failed (BackoffLimitExceeded): too often",
      body: undefined,
    });
    expect(english.describe(jobEvent({ explanation })).body).toMatch(/^PyTorchJobFailed: PyTorchJob mnist is failed/);
  });

  test("of nothing but a log leaves the condition's words where they were", () => {
    const words = english.describe(jobEvent({ explanation: { log: ["x", "\u001b[31m  y\n", " "] } }));
    expect(words).toMatchObject({
      lead: "PyTorchJobFailed",
      cause: undefined,
      log: { title: "Log", lines: ["x", " [31m  y"] },
    });
  });
});

describe("what a rule found", () => {
  const at = "2026-11-22T02:00:00Z";
  const raised = (event: JobEvent["event"], rule: JobEvent["rule"] & object) =>
    [english, chinese].map(({ describe }) => describe(jobEvent({ event, at, rule })).lead);

  test.each<[JobEvent["event"], JobEvent["rule"] & object, string, string]>([
    [
      "Stalled",
      { type: "pendingFor", since: "2026-11-22T01:45:00Z", seconds: 900 },
      "Pending for 15 min",
      "等待运行 15 分钟",
    ],
    [
      "Stalled",
      { type: "pendingFor", since: "2026-11-22T01:44:10Z", seconds: 900 },
      "Pending for 15 min",
      "等待运行 15 分钟",
    ],
    [
      "Stalled",
      { type: "suspendedFor", since: "2026-11-21T23:00:00Z", seconds: 7_200 },
      "Suspended for 3 h, limit 2 h",
      "已挂起 3 小时，上限 2 小时",
    ],
    [
      "Overdue",
      { type: "runningFor", since: "2026-11-21T00:00:00Z", seconds: 86_400 },
      "Running for 1 d 2 h, limit 1 d",
      "已运行 1 天 2 小时，上限 1 天",
    ],
    [
      "Flapping",
      { type: "restarts", since: "2026-11-22T01:30:00Z", seconds: 3_600, restarts: 4, moreThan: 3 },
      "4 restarts within 1 h, limit 3",
      "1 小时内重启 4 次，上限 3 次",
    ],
    [
      "Recovered",
      { type: "runningFor", since: "2026-11-22T01:00:00Z", seconds: 86_400 },
      "Was Overdue for 1 h",
      "“超时运行”持续了 1 小时",
    ],
  ])("%s, %j, is %j", (event, rule, inEnglish, inChinese) => {
    expect(raised(event, rule)).toEqual([inEnglish, inChinese]);
  });

  test("stands in one line where else stands how long a job ran", () => {
    expect(english.inOneLine(STALLED)).toBe(
      "⏳ Stalled: resnet50-nightly (PyTorchJob, ml, prod), pending for 15 min. Unschedulable: 0/5 nodes are available: 5 Insufficient nvidia.com/gpu.",
    );
    expect(english.inOneLine(RECOVERED)).toBe(
      "💚 Recovered: resnet50-nightly (PyTorchJob, ml, prod), was Stalled for 13 min 15 s",
    );
  });
});

test("five events are trouble", () => {
  const trouble = EVENT_TYPES.filter((event) => english.describe(jobEvent({ event })).isTrouble);
  expect(trouble).toEqual(["Restarting", "Failed", "Stalled", "Overdue", "Flapping"]);
});

describe("in Chinese", () => {
  test("a failure is told in words that its readers use, and Kubernetes' own stay", () => {
    expect(chinese.inOneLine(jobEvent())).toBe(
      "❌ 失败：mnist（PyTorchJob，ml，prod），运行时长 2 小时 4 分钟。PyTorchJobFailed：PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
    );
    expect(Object.fromEntries(chinese.describe(jobEvent()).facts)).toEqual({
      命名空间: "ml",
      集群: "prod",
      类型: "PyTorchJob",
      运行时长: "2 小时 4 分钟",
      此前: "运行中 2 小时 4 分钟",
      副本: "Master 1/1 运行中；Worker 1/2 运行中，1 失败",
    });
  });

  test("a digest is counted", () => {
    expect(chinese.digestInOneLine(storm(3))).toBe("📊 3 个任务的 3 个事件：1 重启中，1 运行中，1 已创建");
    expect(chinese.digest(storm(37))).toMatchObject({
      headline: "37 个任务的 37 个事件",
      rest: "……还有 27 个",
      hint: "运行 jobbell deliveries 可查看 dig_0123456789abcdef0123456789abcdef 中的全部事件",
    });
  });

  test("no word of English is left in Jobbell's own", () => {
    const silent = { reason: undefined, message: undefined } as const;
    for (const event of EVENT_TYPES) {
      const { headline, facts } = chinese.describe({ ...jobEvent({ event }), ...silent } as unknown as JobEvent);
      expect([headline.replace("mnist", ""), ...facts.map(([label]) => label)].join("")).not.toMatch(/[a-z]/i);
    }
  });
});

describe("a time", () => {
  test.each<[Wording, string, string]>([
    [{ timeZone: "Europe/Berlin" }, "2026-11-21 03:17", "03:17"],
    [{ dateStyle: "iso" }, "2026-11-21 02:17 UTC", "02:17"],
    [{ timeZone: "Europe/Berlin", dateStyle: "short" }, "21 Nov 03:17", "03:17"],
    [{ timeZone: "America/New_York", dateStyle: "long" }, "20 November 2026 at 21:17", "21:17"],
    [{ timeZone: "Asia/Shanghai", dateStyle: "short", language: "zh" }, "11月21日 10:17", "10:17"],
    [{ timeZone: "Asia/Shanghai", dateStyle: "long", language: "zh" }, "2026年11月21日 10:17", "10:17"],
  ])("by %j is written %s", (wording, written, clock) => {
    const { times } = openWords(wording);
    expect([times?.write("2026-11-21T02:17:11Z"), times?.clock("2026-11-21T02:17:11Z")]).toEqual([written, clock]);
    expect([times?.write("soon"), times?.clock("soon")]).toEqual(["soon", "soon"]);
  });

  test("is left to the reader's own zone where nothing is configured", () => {
    expect(english.times).toBeUndefined();
    expect(chinese.times).toBeUndefined();
  });
});

describe("a template of the configuration", () => {
  const templates = [
    { on: ["Failed"], headline: "{{namespace}}/{{name}} is down", text: "{{cause}}\n{{#log}}\n> {{.}}\n{{/log}}" },
    { on: ["Failed", "Stalled"], headline: "never for Failed" },
    { text: "" },
  ] as const satisfies Wording["templates"];
  const words = openWords({ templates });

  test("is the first that is for the event, and takes the place of headline and text", () => {
    expect(words.describe(EXPLAINED)).toMatchObject({
      headline: "ml/resnet50-nightly is down",
      text: expect.stringMatching(/^Worker 1 .*137\)\n> epoch 41.*\n> epoch 42.*\n> {3}saving/),
    });
    expect(words.describe(STALLED)).toMatchObject({ headline: "never for Failed", text: undefined });
    expect(words.describe(RECOVERED)).toMatchObject({ headline: "Recovered: resnet50-nightly", text: "" });
  });

  test("is what the one line says too", () => {
    expect(words.inOneLine(EXPLAINED)).toMatch(/^❌ ml\/resnet50-nightly is down\. Worker 1 .*137\) > epoch 41/);
  });

  test("that makes nothing of a headline leaves Jobbell's own", () => {
    const { headline } = openWords({ templates: [{ headline: "{{rule}}\u202e" }] }).describe(EXPLAINED);
    expect(headline).toBe("Failed: resnet50-nightly");
  });

  test("has a value for every variable that the event has", () => {
    const event: JobEvent = {
      ...EXPLAINED,
      rule: { type: "restarts", since: EXPLAINED.at, seconds: 3_600, restarts: 4, moreThan: 3 },
      annotations: { "example.com/owner": "jane\ndoe" },
    };
    const say = (text: string) => openWords({ templates: [{ text }] }).describe(event).text;
    for (const name of VARIABLES) expect([name, say(`{{${name}}}`)]).not.toEqual([name, ""]);
    expect(say("{{labels.team}} {{annotations.example.com/owner}} {{labels.other}}|")).toBe("vision jane doe |");
    expect(say("{{event}} {{state}} {{exitCode}} {{at}} {{rule.limit}} {{rule.restarts}}>{{rule.moreThan}}")).toBe(
      "Failed Failed 137 2026-11-21 02:17 UTC 1 h 4>3",
    );
    expect(openWords({ language: "zh", templates: [{ text: "{{event}} {{state}}" }] }).describe(event).text).toBe(
      "Failed 失败",
    );
  });

  test("leaves in no control characters, whatever the values and the template are", () => {
    fc.assert(
      fc.property(hostileEvent, hostileWording, (event, wording) => {
        const { headline, text = "", warnings, log } = openWords(wording).describe(event);
        expect(headline).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+$/u);
        for (const line of [text, ...warnings, ...(log?.lines ?? [])])
          expect(line.replace(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Surrogate}]/u);
      }),
    );
  });
});

test("a link is told of the events that it is for, and of those alone that have what it names", () => {
  const { describe } = openWords({
    links: [
      { title: "Logs", url: "https://logs.example.com/{{namespace}}/{{pod}}" },
      { title: "Run book", url: "https://logs.example.com/runbook", on: ["Failed"] },
    ],
  });
  const titles = (event: JobEvent) => describe(event).links.map(({ title, url }) => `${title} ${url}`);
  expect(titles(EXPLAINED)).toEqual([
    "Logs https://logs.example.com/ml/resnet50-nightly-worker-1",
    "Run book https://logs.example.com/runbook",
  ]);
  expect(titles(RECOVERED)).toEqual([]);
});

test("whatever the cluster sends, one line in Chinese is one line without control characters", () => {
  fc.assert(
    fc.property(hostileEvent, hostileDigest, (event, digest) => {
      for (const line of [chinese.inOneLine(event), chinese.digestInOneLine(digest)])
        expect(line).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+$/u);
    }),
  );
});
