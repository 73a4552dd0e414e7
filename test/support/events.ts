import fc from "fast-check";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { RULE_TYPES } from "#jobs/job";
import type { Digest } from "#receivers/receiver";

/** A job that failed after two hours; what a test is about is put in its place. */
export function jobEvent(changes: Partial<JobEvent> = {}): JobEvent {
  return {
    id: "evt_0123456789abcdef0123456789abcdef",
    event: "Failed",
    at: "2026-11-21T02:17:11Z",
    cluster: "prod",
    apiVersion: "kubeflow.org/v1",
    kind: "PyTorchJob",
    namespace: "ml",
    name: "mnist",
    uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
    reason: "PyTorchJobFailed",
    message: "PyTorchJob mnist is failed because 1 Worker replica(s) failed.",
    durationSeconds: 7_440,
    previous: { event: "Running", at: "2026-11-21T00:13:11Z" },
    sincePreviousSeconds: 7_440,
    replicas: {
      Master: { active: 1, succeeded: 0, failed: 0, desired: 1 },
      Worker: { active: 1, succeeded: 0, failed: 1, desired: 2 },
    },
    labels: { team: "vision" },
    ...changes,
  };
}

/** A digest of so many events, each of a job of its own, in turn of all sorts and of three namespaces. */
export function storm(size: number): Digest {
  const namespaces = ["ml", "batch", "research"];
  const events = Array.from({ length: size }, (_, index) =>
    jobEvent({
      id: `evt_${String(index).padStart(32, "0")}`,
      uid: `uid-${index}`,
      name: `train-${index}`,
      namespace: namespaces[index % namespaces.length]!,
      event: EVENT_TYPES[index % EVENT_TYPES.length]!,
    }),
  );
  return { id: "dig_0123456789abcdef0123456789abcdef", events };
}

const HOSTILE = [
  "<!channel>",
  "<!here|here>",
  "<!everyone>",
  "<!subteam^S123>",
  "<@U012AB3CD>",
  "<#C012AB3CD|general>",
  "<https://evil.example|ok>",
  "<!date^0^{date}^https://evil.example|now>",
  "@here @channel @everyone",
  "https://evil.example/?a=1&b=2",
  "&lt;!channel&gt;",
  "*bold* _it_ ~no~ `code` ```block``` > quote",
  "\u202egnp.exe",
  "\u001b[31mred\u001b[0m\u0007",
  "a\u0000b\r\nc\td",
  '","text":"<!channel>',
  "__proto__",
  "[ok](https://evil.example) www.evil.example mailto:a@evil.example",
  '<at>everyone</at> <at id="0">all</at>',
  "{{DATE(2026-11-21T02:17:11Z, LONG)}} {{ time(2026-11-21T02:17:11Z)}}",
  "<@123456789012345678> <@&123456789012345678> <#123456789012345678> <t:0:R> </help:1> <id:home>",
  "||spoiler|| __line__ ***all*** :tada: <a:wave:1>",
  "# big\n-# small\n- list\n1. list\n> quote\n>>> quotes",
  "a\\*b\\\\_c\\",
  "{{name}} {{{labels.secret}}} {{#log}}{{.}}{{/log}} {{=<% %>=}}<%name%>",
  "```\n<!channel> @everyone [ok](https://evil.example)\n```",
  '{"text":"<!channel>","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}]}',
];

const halves = fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe00f }).map((code) => String.fromCharCode(code)) });
const long = fc
  .tuple(
    fc.constantFrom("x", "<", "&", '"', "\\", "🔥", "\ud83d", "\n", "\u202e", "`"),
    fc.integer({ min: 1, max: 100_000 }),
  )
  .map(([unit, times]) => unit.repeat(times));

/** Text as a cluster may send it at worst: markup, mentions, half surrogate pairs, controls. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }), halves), { maxLength: 4 })
  .map((parts) => parts.join(""));

const hostileOrLong = fc.oneof({ weight: 3, arbitrary: hostileText }, { weight: 1, arbitrary: long });

const count = fc.nat(100_000);
const replicas = fc.dictionary(
  hostileText,
  fc.record(
    { active: count, succeeded: count, failed: count, desired: count },
    { requiredKeys: ["active", "succeeded", "failed"] },
  ),
  { maxKeys: 12 },
);

const texts = { pod: hostileText, replica: hostileText, container: hostileText, signal: hostileText };
const explanation = fc.record(
  {
    ...texts,
    reason: fc.oneof(hostileText, fc.constantFrom("OOMKilled", "Unschedulable", "ImagePullBackOff", "Error")),
    message: hostileOrLong,
    exitCode: fc.nat(255),
    log: fc.array(hostileOrLong, { maxLength: 25 }),
    warnings: fc.array(
      fc.record(
        { reason: hostileText, message: hostileOrLong, count: fc.nat(9_999) },
        { requiredKeys: ["reason", "message"] },
      ),
      { maxLength: 8 },
    ),
  },
  { requiredKeys: [] },
);
const rule = fc.record(
  {
    type: fc.constantFrom(...RULE_TYPES),
    since: fc.constant("2026-11-21T01:13:11Z"),
    seconds: fc.nat(),
    restarts: count,
    moreThan: count,
  },
  { requiredKeys: ["type", "since", "seconds"] },
);

/** Any event whose texts are {@link hostileText}, some of up to 100 kB. The id and the times are Jobbell's own. */
export const hostileEvent: fc.Arbitrary<JobEvent> = fc.record(
  {
    id: fc.constant("evt_0123456789abcdef0123456789abcdef"),
    event: fc.constantFrom(...EVENT_TYPES),
    at: fc.constant("2026-11-21T02:17:11Z"),
    cluster: hostileText,
    apiVersion: hostileText,
    kind: hostileText,
    namespace: hostileText,
    name: hostileOrLong,
    uid: hostileText,
    reason: hostileOrLong,
    message: hostileOrLong,
    durationSeconds: fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    previous: fc.record({
      event: fc.constantFrom("Created", "Running", "Suspended", "Restarting"),
      at: fc.constant("2026-11-21T00:13:11Z"),
    }),
    sincePreviousSeconds: fc.nat(),
    replicas,
    labels: fc.dictionary(hostileText, hostileText, { maxKeys: 4 }),
    annotations: fc.dictionary(hostileText, hostileText, { minKeys: 1, maxKeys: 4 }),
    rule,
    explanation,
  },
  {
    requiredKeys: [
      "id",
      "event",
      "at",
      "cluster",
      "apiVersion",
      "kind",
      "namespace",
      "name",
      "uid",
      "replicas",
      "labels",
    ],
  },
);

/** A digest of any such events. */
export const hostileDigest: fc.Arbitrary<Digest> = fc.record({
  id: fc.constant("dig_0123456789abcdef0123456789abcdef"),
  events: fc.array(hostileEvent, { minLength: 2, maxLength: 40 }),
});
