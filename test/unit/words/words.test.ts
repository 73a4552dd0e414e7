import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventType, JobEvent } from "#jobs/event";
import type { Replicas } from "#jobs/job";
import { duration, openWords, replicasInWords } from "#words/words";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../../support/events.ts";

const { describe: describeEvent, inOneLine, digest: digestInWords, digestInOneLine } = openWords();

const {
  durationSeconds: _,
  previous: __,
  sincePreviousSeconds: ___,
  reason: ____,
  message: _____,
  ...bare
} = jobEvent();
const following = (event: "Created" | "Running" | "Restarting" | "Suspended" | "Resumed") =>
  ({ previous: { event, at: "2026-11-21T00:00:00Z" } }) as const;

function factsOf(event: JobEvent): Record<string, string> {
  return Object.fromEntries(describeEvent(event).facts);
}

describe("an event in words", () => {
  test.each<[EventType, Partial<JobEvent>, string]>([
    ["Created", {}, "🆕 Created: mnist"],
    ["Running", following("Created"), "🚀 Running: mnist"],
    ["Running", {}, "🚀 Running: mnist"],
    ["Running", following("Running"), "🚀 Running again: mnist"],
    ["Running", following("Restarting"), "🚀 Running again: mnist"],
    ["Running", following("Resumed"), "🚀 Running: mnist"],
    ["Restarting", following("Running"), "🔄 Restarting: mnist"],
    ["Suspended", following("Running"), "💤 Suspended: mnist"],
    ["Resumed", following("Suspended"), "⏩ Resumed: mnist"],
    ["Succeeded", following("Running"), "✅ Succeeded: mnist"],
    ["Failed", following("Running"), "❌ Failed: mnist"],
    ["Vanished", following("Running"), "👻 Vanished: mnist"],
  ])("%s after %j is headed %s", (event, rest, headline) => {
    const words = describeEvent({ ...bare, event, ...rest });
    expect(`${words.emoji} ${words.headline}`).toBe(headline);
  });

  test.each<[EventType, Partial<JobEvent>, Record<string, string>]>([
    ["Created", { durationSeconds: 0 }, {}],
    ["Running", { durationSeconds: 42, ...following("Created") }, { "Start took": "42 s" }],
    ["Running", { durationSeconds: 4_242, ...following("Restarting") }, { "Since start": "1 h 10 min" }],
    [
      "Resumed",
      { durationSeconds: 0, ...following("Suspended"), sincePreviousSeconds: 1_200 },
      { Before: "Suspended for 20 min" },
    ],
    ["Suspended", { durationSeconds: 61 }, { "Ran for": "1 min 1 s" }],
    ["Succeeded", { durationSeconds: 7_440 }, { "Ran for": "2 h 4 min" }],
    ["Vanished", following("Running"), { Before: "Running" }],
  ])("how long is told as it matters to %s", (event, rest, expected) => {
    const { Namespace, Cluster, Kind, Replicas, ...told } = factsOf({ ...bare, event, ...rest });
    expect({ Namespace, Cluster, Kind }).toEqual({ Namespace: "ml", Cluster: "prod", Kind: "PyTorchJob" });
    expect(Replicas).toBe("Master 1/1 active; Worker 1/2 active, 1 failed");
    const { Before, ...timing } = told;
    expect("Before" in expected ? told : timing).toMatchObject(expected);
    expect(Object.keys(timing)).toEqual(Object.keys(expected).filter((label) => label !== "Before"));
  });

  test("what is not known is not mentioned", () => {
    const words = describeEvent({ ...bare, event: "Created", replicas: {}, reason: "", message: " \n " });
    expect(words.facts.map(([label]) => label)).toEqual(["Namespace", "Cluster", "Kind"]);
    expect(words).toMatchObject({ reason: undefined, message: undefined });
  });

  test("a message keeps its lines, and everything else is one line", () => {
    const words = describeEvent(jobEvent({ name: "a\nb", reason: "c\nd", message: "e\nf" }));
    expect(words).toMatchObject({ headline: "Failed: a b", reason: "c d", message: "e\nf" });
  });

  test("one line holds all that matters", () => {
    expect(inOneLine(jobEvent())).toBe(
      "❌ Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. PyTorchJobFailed: PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
    );
    expect(inOneLine({ ...bare, event: "Created" })).toBe("🆕 Created: mnist (PyTorchJob, ml, prod)");
    expect(inOneLine({ ...bare, event: "Created", message: "made\nnow" })).toBe(
      "🆕 Created: mnist (PyTorchJob, ml, prod). made now",
    );
  });

  test("whatever the cluster sends, one line is one line without control characters", () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        expect(inOneLine(event)).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+$/u);
      }),
    );
  });
});

describe("a duration", () => {
  test.each([
    [0, "0 s"],
    [42, "42 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [250, "4 min 10 s"],
    [3_599, "59 min 59 s"],
    [3_600, "1 h"],
    [7_440, "2 h 4 min"],
    [7_199, "1 h 59 min"],
    [86_400, "1 d"],
    [277_200, "3 d 5 h"],
    [-3, "0 s"],
    [Number.NaN, "0 s"],
    [Number.POSITIVE_INFINITY, "0 s"],
  ])("of %d seconds is %s", (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});

describe("replicas", () => {
  const none = { active: 0, succeeded: 0, failed: 0 };
  test.each<[Replicas, string]>([
    [{}, ""],
    [{ Worker: none }, ""],
    [{ Worker: { ...none, desired: 2 } }, "Worker 0/2 active"],
    [{ Worker: { ...none, active: 2, desired: 2 } }, "Worker 2/2 active"],
    [{ Worker: { ...none, active: 3 } }, "Worker 3 active"],
    [{ Worker: { active: 1, succeeded: 0, failed: 1, desired: 2 } }, "Worker 1/2 active, 1 failed"],
    [{ Worker: { ...none, succeeded: 2, desired: 2 } }, "Worker 2/2 succeeded"],
    [{ Worker: { active: 1, succeeded: 1, failed: 0, desired: 2 } }, "Worker 1/2 active, 1 succeeded"],
    [{ Worker: { active: 0, succeeded: 1, failed: 3, desired: 2 } }, "Worker 1/2 succeeded, 3 failed"],
    [{ Chief: { ...none, active: 1, desired: 1 }, PS: { ...none, failed: 1 } }, "Chief 1/1 active; PS 1 failed"],
  ])("%j are told as %j", (replicas, expected) => {
    expect(replicasInWords(replicas)).toBe(expected);
  });

  test("of more types than anybody reads end in …", () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`R${index}`, { ...none, active: 1 }]));
    expect(replicasInWords(many)).toMatch(/^R0 1 active; .*; R7 1 active; …$/);
  });
});

describe("a digest in words", () => {
  const of = (...events: readonly JobEvent[]) => digestInWords({ id: "dig_1", events });

  test("counts events and jobs, and where what happened, the fullest namespace first", () => {
    const one = { uid: "1", namespace: "batch" } as const;
    const words = of(
      jobEvent({ ...one, event: "Created" }),
      jobEvent({ ...one, event: "Running" }),
      jobEvent({ ...one, event: "Succeeded" }),
      jobEvent({ uid: "2", event: "Failed", name: "resnet" }),
      jobEvent({ uid: "1", event: "Failed", cluster: "lab" }),
    );
    expect(words).toMatchObject({
      headline: "5 events of 3 jobs",
      gravest: "Failed",
      counts: [
        ["batch (prod)", "1 Succeeded, 1 Running, 1 Created"],
        ["ml (prod)", "1 Failed"],
        ["ml (lab)", "1 Failed"],
      ],
    });
    expect(of(jobEvent({ event: "Created" }), jobEvent({ event: "Running" })).headline).toBe("2 events of 1 job");
  });

  test("names first what matters most, and else what happened first", () => {
    const named = (name: string, event: EventType) => jobEvent({ name, event });
    const { first, more } = of(
      named("a", "Running"),
      named("b", "Succeeded"),
      named("c", "Failed"),
      named("d", "Running"),
    );
    expect(first).toEqual([
      "❌ Failed: c (ml, prod)",
      "✅ Succeeded: b (ml, prod)",
      "🚀 Running again: a (ml, prod)",
      "🚀 Running again: d (ml, prod)",
    ]);
    expect(more).toBe(0);
  });

  test("names ten events and says how many more there are, and where to find all", () => {
    const { first, more, hint } = digestInWords(storm(37));
    expect(first).toHaveLength(10);
    expect(more).toBe(27);
    expect(hint).toBe("jobbell deliveries lists all that is in dig_0123456789abcdef0123456789abcdef");
  });

  test("shows ten namespaces at most, and counts all others in the last line", () => {
    const inNamespaces = (count: number) =>
      of(...Array.from({ length: count }, (_, index) => jobEvent({ namespace: `ns-${index}` }))).counts;
    expect(inNamespaces(10).at(-1)).toEqual(["ns-9 (prod)", "1 Failed"]);
    expect(inNamespaces(14)).toHaveLength(10);
    expect(inNamespaces(14).at(-1)).toEqual(["5 more namespaces", "5 Failed"]);
  });

  test("is in one line what happened, the gravest first", () => {
    expect(digestInOneLine(storm(9))).toBe(
      "📊 9 events of 9 jobs: 1 Failed, 1 Stalled, 1 Restarting, 1 Vanished, 1 Suspended, 1 Succeeded, 1 Resumed, 1 Running, 1 Created",
    );
  });

  test("whatever the cluster sends, every event is counted and no control character stays", () => {
    const total = (text: string) => Array.from(text.matchAll(/(\d+) [A-Z]/g), ([, count]) => Number(count));
    fc.assert(
      fc.property(hostileDigest, (digest) => {
        const { first, more, counts } = digestInWords(digest);
        const counted = counts.flatMap(([, states]) => total(states)).reduce((sum, count) => sum + count, 0);
        expect([counted, first.length + more]).toEqual([digest.events.length, digest.events.length]);
        for (const line of [...first, ...counts.flat()]) expect(line).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+$/u);
      }),
    );
  });
});
