import { describe, expect, test } from "vitest";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { parseConfig } from "#config/config";
import { diff, remember, vanish } from "#jobs/diff";
import { eventOf, type JobEvent } from "#jobs/event";
import { pyTorchJob } from "#jobs/kinds/kubeflow";
import { nameOf } from "#routing/channel";
import { decide, type Policy } from "#routing/decide";
import type { Honoured, Route } from "#routing/route";
import type { Silence } from "#routing/silence";
import { snapshot, T0 } from "../jobs/objects.ts";
import { decided, failed, NOW, said, silence } from "./scene.ts";

/** Why it is so, the event, the routes, and what is said. */
type Row = readonly [why: string, event: Partial<JobEvent>, routes: readonly Route[], ...said: string[]];

const NOBODY = "nobody: no route takes Failed of this job";
const chat = (match: Route["match"] = {}, more: Partial<Route> = {}) => failed(["chat"], { match, ...more });
const hears = (fact: string) => `chat hears (route): route 1: Failed${fact}`;

const MATCHES: readonly Row[] = [
  ["without routes there is nobody to tell", {}, [], NOBODY],
  ["a route that says nothing is for all jobs", {}, [failed(["chat"])], hears("")],
  ["an empty match means every job", {}, [chat()], hears("")],
  [
    "the event is not among those of the route",
    { event: "Running" },
    [chat()],
    "nobody: no route takes Running of this job",
  ],
  ["a route on no event is never taken", {}, [failed(["chat"], { on: [] })], NOBODY],
  [
    "what rules raise is routed as everything is",
    { event: "Stalled" },
    [failed(["chat"], { on: ["Stalled"] })],
    "chat hears (route): route 1: Stalled",
  ],
  ["the kind is the one", {}, [chat({ kinds: ["PyTorchJob"] })], hears(", kind PyTorchJob")],
  ["the kind is one of several", {}, [chat({ kinds: ["Job", "PyTorchJob"] })], hears(", kind PyTorchJob")],
  ["the kind is another", {}, [chat({ kinds: ["Job"] })], NOBODY],
  ["the namespace is the one", {}, [chat({ namespaces: ["ml"] })], hears(", namespace ml")],
  [
    "the namespace is one of a pattern",
    { namespace: "ml-a" },
    [chat({ namespaces: ["nlp", "ml-*"] })],
    hears(", namespace ml-*"),
  ],
  [
    "the namespace only begins like it: a pattern fits as a whole",
    { namespace: "ml-a" },
    [chat({ namespaces: ["ml"] })],
    NOBODY,
  ],
  ["the cluster is the one", {}, [chat({ clusters: ["prod"] })], hears(", cluster prod")],
  [
    "the cluster is one of a pattern",
    { cluster: "prod-eu" },
    [chat({ clusters: ["prod-*"] })],
    hears(", cluster prod-*"),
  ],
  ["the cluster is another", {}, [chat({ clusters: ["lab"] })], NOBODY],
  ["the name is the one", {}, [chat({ names: ["mnist"] })], hears(", name mnist")],
  ["the name ends so", {}, [chat({ names: ["*ist"] })], hears(", name *ist")],
  ["* may stand for nothing", {}, [chat({ names: ["*mnist*"] })], hears(", name *mnist*")],
  ["case counts", { name: "mnist" }, [chat({ names: ["MNIST"] })], NOBODY],
  [
    "of several patterns that fit the last is told, whatever their order",
    {},
    [chat({ names: ["m*", "mnist", "*"] })],
    hears(", name mnist"),
  ],
  ["a dot is a dot, not any character", { name: "a-b" }, [chat({ names: ["a.b"] })], NOBODY],
  ["the label has the value", {}, [chat({ labels: { team: ["vision"] } })], hears(", label team=vision")],
  [
    "the label has one of the values",
    {},
    [chat({ labels: { team: ["speech", "vision"] } })],
    hears(", label team=vision"),
  ],
  ["the label has a value of the pattern", {}, [chat({ labels: { team: ["vis*"] } })], hears(", label team=vis*")],
  ["* is any value", {}, [chat({ labels: { team: ["*"] } })], hears(", label team=*")],
  ["* is no missing value", {}, [chat({ labels: { tier: ["*"] } })], NOBODY],
  ["an empty value is a value", { labels: { gpu: "" } }, [chat({ labels: { gpu: [""] } })], hears(", label gpu=")],
  ["the label has another value", {}, [chat({ labels: { team: ["speech"] } })], NOBODY],
  ["of two labels the job has one", {}, [chat({ labels: { team: ["vision"], tier: ["prod"] } })], NOBODY],
  [
    "of two labels the first by name is told",
    { labels: { b: "1", a: "2" } },
    [chat({ labels: { b: ["1"], a: ["2"] } })],
    hears(", label a=2"),
  ],
  ["what every object of JavaScript has is no label", {}, [chat({ labels: { constructor: ["*"] } })], NOBODY],
  [
    "an annotation has the value; the pattern is told, not the value",
    { annotations: { "a/b": "s3cret" } },
    [chat({ annotations: { "a/b": ["s3*"] } })],
    hears(", annotation a/b=s3*"),
  ],
  ["a job without annotations has not this one", {}, [chat({ annotations: { "a/b": ["*"] } })], NOBODY],
  ["a label is no annotation", {}, [chat({ annotations: { team: ["vision"] } })], NOBODY],
  ["an annotation is no label", { annotations: { tier: "prod" } }, [chat({ labels: { tier: ["prod"] } })], NOBODY],
  [
    "all that is said must hold; a name tells most",
    {},
    [chat({ kinds: ["PyTorchJob"], namespaces: ["ml"], names: ["m*"], labels: { team: ["*"] } })],
    hears(", name m*"),
  ],
  [
    "one thing of many does not hold",
    {},
    [chat({ kinds: ["PyTorchJob"], namespaces: ["ml"], names: ["x*"], labels: { team: ["*"] } })],
    NOBODY,
  ],
  ["what is excluded is not taken", {}, [chat({}, { exclude: [{ names: ["m*"] }] })], NOBODY],
  [
    "what is excluded by none is taken",
    {},
    [chat({}, { exclude: [{ names: ["x*"] }, { kinds: ["Job"] }] })],
    hears(""),
  ],
  ["any entry excludes", {}, [chat({}, { exclude: [{ names: ["x*"] }, { labels: { team: ["vision"] } }] })], NOBODY],
  ["of an entry all must hold", {}, [chat({}, { exclude: [{ names: ["m*"], kinds: ["Job"] }] })], hears("")],
  [
    "an annotation excludes",
    { annotations: { keep: "no" } },
    [chat({}, { exclude: [{ annotations: { keep: ["no"] } }] })],
    NOBODY,
  ],
  [
    "what is matched and excluded is excluded",
    {},
    [chat({ names: ["mnist"] }, { exclude: [{ names: ["mnist"] }] })],
    NOBODY,
  ],
];

const pager = failed(["pager"], { name: "on-call", match: { labels: { team: ["vision"] } } });
const ON_CALL = "pager hears (route): route on-call: Failed, label team=vision";
const hook = failed(["hook", "chat"]);

const ORDER: readonly Row[] = [
  ["the first that fits is taken; what comes after it is not mentioned", {}, [pager, chat()], ON_CALL],
  ["a route that does not fit is passed over", { labels: {} }, [pager, chat()], "chat hears (route): route 2: Failed"],
  [
    "a route that excludes the job is passed over",
    {},
    [failed(["x"], { exclude: [{ names: ["*"] }] }), chat()],
    "chat hears (route): route 2: Failed",
  ],
  [
    "one that continues asks on",
    {},
    [{ ...pager, continue: true }, chat()],
    ON_CALL,
    "chat hears (route): route 2: Failed",
  ],
  [
    "the next that does not continue is the last",
    {},
    [{ ...pager, continue: true }, chat(), failed(["audit"])],
    ON_CALL,
    "chat hears (route): route 2: Failed",
  ],
  [
    "one that continues and does not fit changes nothing",
    { labels: {} },
    [{ ...pager, continue: true }, chat()],
    "chat hears (route): route 2: Failed",
  ],
  [
    "who is named twice hears once, for the first reason",
    {},
    [chat({ kinds: ["PyTorchJob"] }, { continue: true }), hook],
    hears(", kind PyTorchJob"),
    "hook hears (route): route 2: Failed",
  ],
  ["who is named twice by one route hears once", {}, [failed(["chat", "chat"])], hears("")],
  [
    "a route without receivers is a decision: nobody",
    {},
    [failed([], { name: "drop" }), chat()],
    "nobody: route drop has no receivers",
  ],
  [
    "without a name it has its number",
    {},
    [failed(["x"], { on: ["Running"] }), failed([]), chat()],
    "nobody: route 2 has no receivers",
  ],
  [
    "one without receivers that continues decides nothing",
    {},
    [failed([], { name: "drop", continue: true }), chat()],
    "chat hears (route): route 2: Failed",
  ],
  [
    "… but is the reason, where nothing else fits",
    {},
    [failed([], { name: "drop", continue: true })],
    "nobody: route drop has no receivers",
  ],
  [
    "… the last of several",
    {},
    [failed([], { name: "first", continue: true }), failed([], { name: "last", continue: true })],
    "nobody: route last has no receivers",
  ],
];

describe.each([
  ["what routes match", MATCHES],
  ["the order of routes", ORDER],
])("%s:", (_, rows) => {
  for (const [why, event, routes, ...expected] of rows)
    test(why, () => {
      expect(decided(event, routes)).toEqual(expected);
    });
});

/** Why it is so, the annotations, what is honoured, and what is said of a failure that goes to chat and pager. */
type Wish = readonly [why: string, annotations: Record<string, string>, honours: Honoured, ...said: string[]];

const notify = (text: string) => ({ "jobbell.dev/notify": text });
const channel = (text: string) => ({ "jobbell.dev/channel": text });
const mute = (text: string) => ({ "jobbell.dev/mute": text });
const FOR_CHAT: Honoured = { notify: ["chat"] };
const IN_ML: Honoured = { channel: { patterns: ["#ml-*", "#all", "C0123456789"], receivers: ["chat", "bot"] } };
const CHAT = "chat hears (route): route 1: Failed";
const PAGER = "pager hears (route): route 1: Failed";
const own = (text: string) => `chat hears (notify): jobbell.dev/notify lists ${text}`;
const not = (text: string) => `chat does not (notify): jobbell.dev/notify does not list ${text}`;
const inMl = (name: string) => `chat/#${name} hears (route): route 1: Failed; channel of jobbell.dev/channel`;
const outside = (text: string) => `${CHAT}; jobbell.dev/channel may not name "${text}"`;

const WISHES: readonly Wish[] = [
  [
    "nothing is honoured that nobody allowed",
    { ...notify("Running"), ...mute("true"), ...channel("#ml-a") },
    {},
    CHAT,
    PAGER,
  ],
  ["what is allowed does nothing to a job that says nothing", {}, { ...FOR_CHAT, ...IN_ML, mute: true }, CHAT, PAGER],
  ["the job lists the event: its list is the reason", notify("Failed"), FOR_CHAT, own("Failed"), PAGER],
  [
    "the job lists others: the list decides in place of the routes, for that receiver alone",
    notify("Succeeded"),
    FOR_CHAT,
    not("Failed"),
    PAGER,
  ],
  ["a list has commas, any case and spaces", notify(" succeeded ,FAILED, "), FOR_CHAT, own("Succeeded, Failed"), PAGER],
  [
    "what is listed is told in the order of a job's life, once",
    notify("Failed,Created,failed"),
    FOR_CHAT,
    own("Created, Failed"),
    PAGER,
  ],
  ["* is all", notify("*"), FOR_CHAT, own("*"), PAGER],
  ["* is all, whatever stands beside it", notify("Running, *"), FOR_CHAT, own("*"), PAGER],
  ["what rules raise may be listed", notify("Stalled"), FOR_CHAT, not("Failed"), PAGER],
  [
    "what is no event is left out and said, where the rest is enough",
    notify("Fialed,Failed"),
    FOR_CHAT,
    `${own("Failed")}; "fialed" is no event`,
    PAGER,
  ],
  [
    "… and where it is not: that is what is wrong",
    notify("Fialed,Succeeded"),
    FOR_CHAT,
    `${not("Failed")}; "fialed" is no event`,
    PAGER,
  ],
  [
    "where nothing is an event the routes decide, and it is said",
    notify("Fialed"),
    FOR_CHAT,
    `${CHAT}; jobbell.dev/notify is ignored: "fialed" is no event`,
    PAGER,
  ],
  [
    "an empty list decides nothing",
    notify(""),
    FOR_CHAT,
    `${CHAT}; jobbell.dev/notify is ignored: it lists no event`,
    PAGER,
  ],
  ["commas are no events", notify(" , "), FOR_CHAT, `${CHAT}; jobbell.dev/notify is ignored: it lists no event`, PAGER],
  [
    "a job may subscribe who hears by no route",
    notify("Failed"),
    { notify: ["audit"] },
    CHAT,
    PAGER,
    "audit hears (notify): jobbell.dev/notify lists Failed",
  ],
  [
    "a job may not want what no route wants either",
    notify("Running"),
    { notify: ["audit"] },
    CHAT,
    PAGER,
    "audit does not (notify): jobbell.dev/notify does not list Failed",
  ],
  [
    "who hears by no route, and by no list, is said to hear nothing",
    notify("x"),
    { notify: ["audit"] },
    CHAT,
    PAGER,
    'audit does not (unrouted): no route names it; jobbell.dev/notify is ignored: "x" is no event',
  ],
  [
    "each receiver that honours a list goes by it",
    notify("Failed"),
    { notify: ["pager", "chat"] },
    own("Failed"),
    "pager hears (notify): jobbell.dev/notify lists Failed",
  ],
  [
    "what every object of JavaScript has is no event",
    notify("constructor,__proto__"),
    FOR_CHAT,
    `${CHAT}; jobbell.dev/notify is ignored: "constructor" is no event`,
    PAGER,
  ],
  [
    "true mutes everybody",
    mute("true"),
    { mute: true },
    "chat does not (muted): muted by jobbell.dev/mute",
    "pager does not (muted): muted by jobbell.dev/mute",
  ],
  [
    "in any case, with spaces",
    mute(" TRUE "),
    { mute: true },
    "chat does not (muted): muted by jobbell.dev/mute",
    "pager does not (muted): muted by jobbell.dev/mute",
  ],
  ["false does nothing", mute("false"), { mute: true }, CHAT, PAGER],
  ["yes does nothing", mute("yes"), { mute: true }, CHAT, PAGER],
  ["1 does nothing", mute("1"), { mute: true }, CHAT, PAGER],
  ["nor does nothing", mute(""), { mute: true }, CHAT, PAGER],
  [
    "mute is stronger than a list",
    { ...mute("true"), ...notify("*") },
    { ...FOR_CHAT, mute: true },
    "chat does not (muted): muted by jobbell.dev/mute",
    "pager does not (muted): muted by jobbell.dev/mute",
  ],
  [
    "who would hear nothing anyhow keeps that reason",
    { ...mute("true"), ...notify("Running") },
    { ...FOR_CHAT, mute: true },
    not("Failed"),
    "pager does not (muted): muted by jobbell.dev/mute",
  ],
  [
    "who is muted has no channel",
    { ...mute("true"), ...channel("#ml-a") },
    { ...IN_ML, mute: true },
    "chat does not (muted): muted by jobbell.dev/mute",
    "pager does not (muted): muted by jobbell.dev/mute",
  ],
  [
    "a channel that a pattern allows, of a bot; others post where they do",
    channel("#ml-a"),
    IN_ML,
    inMl("ml-a"),
    PAGER,
  ],
  ["a channel that is allowed by its name", channel("#all"), IN_ML, inMl("all"), PAGER],
  ["the # may be left out, and spaces be there", channel(" ml-a "), IN_ML, inMl("ml-a"), PAGER],
  ["a channel by its id", channel("C0123456789"), IN_ML, inMl("C0123456789").replace("#", ""), PAGER],
  ["another id", channel("C0123456780"), IN_ML, outside("C0123456780"), PAGER],
  ["a channel that no pattern allows", channel("#hr"), IN_ML, outside("#hr"), PAGER],
  ["a pattern in place of a channel", channel("#ml-*"), IN_ML, outside("#ml-*"), PAGER],
  ["a channel that only begins so", channel("#mlx"), IN_ML, outside("#mlx"), PAGER],
  ["no channel at all", channel(""), IN_ML, outside(""), PAGER],
  ["two channels are none", channel("#ml-a,#ml-b"), IN_ML, outside("#ml-a,#ml-b"), PAGER],
  [
    "the bytes of another message are none, whatever the pattern",
    channel('#ml-"},{"text":"<!channel>'),
    IN_ML,
    outside('#ml-"},{"text":"<!channel>'),
    PAGER,
  ],
  ["nor is a path", channel("#ml-/../x"), IN_ML, outside("#ml-/../x"), PAGER],
  ["nor is a name with a line break in it", channel("#ml-a\nb"), IN_ML, outside("#ml-a b"), PAGER],
  ["letters of any language are a channel's", channel("#ml-日本"), IN_ML, inMl("ml-日本"), PAGER],
  [
    "what a list asks for goes into the channel",
    { ...notify("Failed"), ...channel("#ml-a") },
    { ...FOR_CHAT, ...IN_ML },
    "chat/#ml-a hears (notify): jobbell.dev/notify lists Failed; channel of jobbell.dev/channel",
    PAGER,
  ],
  [
    "what is not told has no channel",
    { ...notify("Running"), ...channel("#ml-a") },
    { ...FOR_CHAT, ...IN_ML },
    not("Failed"),
    PAGER,
  ],
];

describe("what a job says of itself:", () => {
  const routes = [failed(["chat", "pager"])];

  for (const [why, annotations, honours, ...expected] of WISHES)
    test(why, () => {
      expect(decided({ annotations }, { routes, honours })).toEqual(expected);
    });

  test("labels of the same names are no annotations", () => {
    const honours = { ...FOR_CHAT, ...IN_ML, mute: true } as const;
    expect(decided({ labels: { ...notify("Running"), ...mute("true") } }, { routes, honours })).toEqual([CHAT, PAGER]);
  });

  test("a list subscribes who hears by no route, also where no route takes the event", () => {
    const wanted = decided({ annotations: notify("Failed") }, { routes: [], honours: FOR_CHAT });
    expect(wanted).toEqual([own("Failed")]);
  });

  test("of a job that vanished counts what was remembered", () => {
    const annotations = { ...notify("Vanished"), ...channel("#ml-a") };
    const seen = snapshot("Created@1 Running@3", { annotations });
    const memory = remember(remember(undefined, snapshot("Created@1")), seen);
    const origin = { cluster: "prod", resource: pyTorchJob.resource };
    const [gone] = vanish(memory, { namespace: "ml", name: "mnist" }, T0 + 90).map((each) => eventOf(origin, each));
    const decision = decide(gone!, { routes: [], honours: { ...FOR_CHAT, ...IN_ML } }, [], NOW);
    expect(said(decision)).toEqual([
      "chat/#ml-a hears (notify): jobbell.dev/notify lists Vanished; channel of jobbell.dev/channel",
    ]);
    const [muted] = vanish({ ...memory, annotations: mute("true") }, { namespace: "ml", name: "mnist" }, T0 + 90);
    expect(
      said(
        decide(
          eventOf(origin, muted!),
          { routes: [{ on: ["Vanished"], receivers: ["chat"] }], honours: { mute: true } },
          [],
          NOW,
        ),
      ),
    ).toEqual(["chat does not (muted): muted by jobbell.dev/mute"]);
  });

  test("every transition carries the annotations of its job", () => {
    const events = diff(undefined, snapshot("Created@1 Running@3", { annotations: mute("true") })).map((each) =>
      eventOf({ cluster: "prod", resource: pyTorchJob.resource }, each),
    );
    expect(events.map((event) => event.annotations)).toEqual([mute("true"), mute("true")]);
  });
});

const SILENT = "silence sil_1 of ada until 2026-11-21T18:00Z: maintenance";
const silent = (receiver: string) => `${receiver} does not (silenced): ${SILENT}`;

/** Why it is so, the silences, and what is said of a failure that goes to chat and pager. */
const SILENCES: readonly (readonly [why: string, silences: readonly Silence[], ...said: string[]])[] = [
  ["one of everything is for everybody", [silence()], silent("chat"), silent("pager")],
  ["one of some receivers is for them", [silence({ receivers: ["chat"] })], silent("chat"), PAGER],
  ["receivers may be patterns", [silence({ receivers: ["x", "p*"] })], CHAT, silent("pager")],
  ["one of other events is not for this", [silence({ on: ["Running", "Stalled"] })], CHAT, PAGER],
  ["one of this event is", [silence({ on: ["Failed"] })], silent("chat"), silent("pager")],
  ["one of other jobs is not for this", [silence({ match: { names: ["x*"] } })], CHAT, PAGER],
  [
    "one of this job is",
    [silence({ match: { namespaces: ["ml"], labels: { team: ["v*"] } } })],
    silent("chat"),
    silent("pager"),
  ],
  ["one begins at its time", [silence({ startsAt: NOW })], silent("chat"), silent("pager")],
  ["and not before", [silence({ startsAt: NOW + 1 })], CHAT, PAGER],
  ["one is over at its end", [silence({ endsAt: NOW })], CHAT, PAGER],
  [
    "and not before that",
    [silence({ endsAt: NOW + 1 })],
    ...["chat", "pager"].map(
      (name) => `${name} does not (silenced): silence sil_1 of ada until 2026-11-21T12:00Z: maintenance`,
    ),
  ],
  [
    "of several the one that ends last is told",
    [silence({ id: "sil_0", endsAt: NOW + 1 }), silence(), silence({ id: "sil_2", endsAt: NOW + 2 })],
    silent("chat"),
    silent("pager"),
  ],
  [
    "of two with one end the first by id",
    [silence({ id: "sil_2" }), silence(), silence({ id: "sil_3" })],
    silent("chat"),
    silent("pager"),
  ],
  [
    "one of another receiver does not hide one of this",
    [silence({ receivers: ["pager"], id: "sil_0" }), silence({ receivers: ["chat"] })],
    silent("chat"),
    silent("pager").replace("sil_1", "sil_0"),
  ],
  [
    "one without an end that a date can tell",
    [silence({ receivers: ["chat"], endsAt: Number.MAX_VALUE })],
    "chat does not (silenced): silence sil_1 of ada until +275760-09-13T00:00Z: maintenance",
    PAGER,
  ],
];

describe("silences:", () => {
  const routes = [failed(["chat", "pager"])];

  for (const [why, silences, ...expected] of SILENCES)
    test(why, () => {
      expect(decided({}, { routes }, silences)).toEqual(expected);
    });

  test.each([["chat"], ["ch*"], ["chat/#ml-a"], ["chat/#ml-*"], ["*"]])(
    "one of %s is for the bot in a job's channel",
    (receiver) => {
      const found = decided({ annotations: channel("#ml-a") }, { routes, honours: IN_ML }, [
        silence({ receivers: [receiver] }),
      ]);
      expect(found[0]).toBe(silent("chat/#ml-a"));
    },
  );

  test.each([["chat/#ml-b"], ["#ml-a"], ["ml-a"], ["pager"]])("one of %s is not", (receiver) => {
    const found = decided({ annotations: channel("#ml-a") }, { routes, honours: IN_ML }, [
      silence({ receivers: [receiver] }),
    ]);
    expect(found[0]).toBe(inMl("ml-a"));
  });

  test("who hears nothing anyhow keeps that reason", () => {
    const honours = { mute: true, ...FOR_CHAT } as const;
    expect(
      decided({ annotations: { ...mute("true"), ...notify("Running") } }, { routes, honours }, [silence()]),
    ).toEqual([not("Failed"), "pager does not (muted): muted by jobbell.dev/mute"]);
    expect(decided({}, [], [silence()])).toEqual([NOBODY]);
  });
});

describe("a receiver in a job's channel", () => {
  test.each([
    ["chat", "chat"],
    ["chat/#ml-a", "chat"],
    ["team/chat/#ml-a", "team/chat"],
    ["chat/C0123456789", "chat"],
    ["team/chat", "team/chat"],
    ["team/Chat", "team/Chat"],
  ])("%s is %s", (receiver, name) => {
    expect(nameOf(receiver)).toBe(name);
  });
});

describe("a policy in a function's package", () => {
  const TEXT = `
clusters: [{ name: prod, kubeconfig: k }]
receivers: [{ name: chat, slack: { token: "\${env:S}", channel: "#ml" } }, { name: pager, webhook: { url: "\${env:U}" } }]
defaults:
  routes:
    - { name: drop, match: { labels: { "a/b": [x, "y*"], constructor: "1" } }, receivers: [] }
    - { on: [Failed], match: { annotations: { "c/d": "1" } }, exclude: [{ names: ["x*"] }], receivers: [pager], continue: true }
    - receivers: [chat]
  rules: [{ restarts: { moreThan: 3, within: 1h }, match: { kinds: [Job] } }, { pendingFor: 90s }]
  annotations: { notify: [chat], channel: ["#ml-*"], mute: true }
  explain: true
namespaces: [{ namespace: ml, kinds: [Job, PyTorchJob] }]
`;

  test("decides as it did before", () => {
    const config = parseConfig(TEXT, "/etc/jobbell/f.yml");
    const packaged = readCompiledConfig(compileConfig(config, "/etc/jobbell"));
    expect(packaged.namespaces).toEqual(config.namespaces);
    const [policy] = packaged.namespaces as readonly Policy[];
    expect(decided({ annotations: { "c/d": "1", ...channel("ml-x") } }, policy!)).toEqual([
      "pager hears (route): route 2: Failed, annotation c/d=1",
      "chat/#ml-x hears (route): route 3: Failed; channel of jobbell.dev/channel",
    ]);
    expect(decided({ labels: { "a/b": "yes", constructor: "1" } }, policy!)).toEqual([
      "nobody: route drop has no receivers",
    ]);
  });
});
