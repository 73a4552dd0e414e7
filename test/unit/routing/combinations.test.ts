import { describe, expect, test } from "vitest";
import { type Cause, decide, type Verdict } from "#routing/decide";
import type { Honoured, Route } from "#routing/route";
import { jobEvent } from "../../support/events.ts";
import { failed, NOW, silence } from "./scene.ts";

/** What may be so, independently of all else. `chat` is the receiver that everything is about. */
const CHOICES = {
  first: [
    "fits",
    "fits and continues",
    "is of another event",
    "is of another job",
    "excludes the job",
    "has no receivers",
    "has none and continues",
  ],
  second: ["fits", "is of another job"],
  notify: ["absent", "lists it", "lists others", "lists nothing known"],
  notifyHonoured: [true, false],
  mute: ["absent", "true", "no"],
  muteHonoured: [true, false],
  channel: ["absent", "allowed", "not allowed"],
  silence: ["absent", "of chat", "of another", "over"],
} as const;

type Scene = { readonly [Choice in keyof typeof CHOICES]: (typeof CHOICES)[Choice][number] };

/** The first line that holds decides: who is asked, and why. */
const TABLE: readonly {
  readonly why: string;
  readonly when: (scene: Scene) => boolean;
  readonly is: (scene: Scene) => readonly [told: boolean, code: Cause, text: string] | undefined;
}[] = [
  {
    why: "the job's list does not hold the event: no route and no silence can change that",
    when: ({ notify, notifyHonoured }) => notifyHonoured && notify === "lists others",
    is: () => [false, "notify", "jobbell.dev/notify does not list Failed"],
  },
  {
    why: "no route names it, and the job's list says nothing that is known",
    when: (scene) => scene.notifyHonoured && scene.notify === "lists nothing known" && !isRouted(scene),
    is: () => [false, "unrouted", 'no route names it; jobbell.dev/notify is ignored: "x" is no event'],
  },
  {
    why: "no route names it, and the job does not ask for it",
    when: (scene) => !isRouted(scene) && !isListed(scene),
    is: () => undefined,
  },
  {
    why: "the job is muted, and that is honoured",
    when: ({ mute, muteHonoured }) => muteHonoured && mute === "true",
    is: () => [false, "muted", "muted by jobbell.dev/mute"],
  },
  {
    why: "it is silenced at this moment",
    when: (scene) => scene.silence === "of chat",
    is: () => [false, "silenced", "silence sil_1 of ada until 2026-11-21T18:00Z: maintenance"],
  },
  {
    why: "the job's list holds the event",
    when: isListed,
    is: (scene) => [true, "notify", `jobbell.dev/notify lists Failed${note(scene)}`],
  },
  {
    why: "the first route that fits names it, or the next, where that one goes on",
    when: () => true,
    is: (scene) => {
      const ignored = scene.notifyHonoured && scene.notify === "lists nothing known";
      const doubt = ignored ? '; jobbell.dev/notify is ignored: "x" is no event' : "";
      return [
        true,
        "route",
        `route ${byFirst(scene) ? "first: Failed, name mnist" : "2: Failed, kind PyTorchJob"}${doubt}${note(scene)}`,
      ];
    },
  },
];

function byFirst({ first }: Scene): boolean {
  return first === "fits" || first === "fits and continues";
}

function isRouted(scene: Scene): boolean {
  return byFirst(scene) || (scene.second === "fits" && scene.first !== "has no receivers");
}

function isListed({ notify, notifyHonoured }: Scene): boolean {
  return notifyHonoured && notify === "lists it";
}

function note({ channel }: Scene): string {
  if (channel === "absent") return "";
  return channel === "allowed" ? "; channel of jobbell.dev/channel" : '; jobbell.dev/channel may not name "#hr"';
}

const FIRST: Readonly<Record<Scene["first"], Route>> = {
  fits: failed(["chat"], { name: "first", match: { names: ["mnist"] } }),
  "fits and continues": failed(["chat"], { name: "first", match: { names: ["mnist"] }, continue: true }),
  "is of another event": failed(["chat"], { on: ["Running"] }),
  "is of another job": failed(["chat"], { match: { labels: { team: ["speech"] } } }),
  "excludes the job": failed(["chat"], { exclude: [{ labels: { team: ["vision"] } }] }),
  "has no receivers": failed([]),
  "has none and continues": failed([], { continue: true }),
};
const SECOND: Readonly<Record<Scene["second"], Route>> = {
  fits: failed(["chat", "other"], { match: { kinds: ["PyTorchJob"] } }),
  "is of another job": failed(["chat"], { match: { namespaces: ["nlp"] } }),
};
const SAID = {
  notify: { "lists it": "Failed", "lists others": "Succeeded", "lists nothing known": "x" },
  mute: { true: "true", no: "no" },
  channel: { allowed: "#ml-a", "not allowed": "#hr" },
} as const;

function verdictOf(scene: Scene): Verdict | undefined {
  const said = Object.entries(SAID).flatMap(([what, texts]) => {
    const text = (texts as Record<string, string>)[scene[what as keyof typeof SAID]];
    return text === undefined ? [] : [[`jobbell.dev/${what}`, text] as const];
  });
  const honours: Honoured = {
    ...(scene.notifyHonoured && { notify: ["chat"] }),
    ...(scene.muteHonoured && { mute: true as const }),
    channel: { patterns: ["#ml-*"], receivers: ["chat"] },
  };
  const silences = {
    absent: [],
    "of chat": [silence({ receivers: ["chat"] })],
    "of another": [silence({ receivers: ["other"] }), silence({ match: { names: ["x"] } })],
    over: [silence({ endsAt: NOW })],
  }[scene.silence];
  const event = jobEvent({ annotations: Object.fromEntries(said) });
  const { verdicts } = decide(event, { routes: [FIRST[scene.first], SECOND[scene.second]], honours }, silences, NOW);
  return verdicts.find(({ receiver }) => receiver.startsWith("chat"));
}

const scenes = Object.entries(CHOICES).reduce<readonly Scene[]>(
  (all, [choice, values]) => all.flatMap((scene) => values.map((value) => ({ ...scene, [choice]: value }))),
  [{} as Scene],
);

describe(`of all ${scenes.length} combinations:`, () => {
  const cases = Map.groupBy(scenes, (scene) => TABLE.find(({ when }) => when(scene))!);

  test.each(TABLE.map((line) => [line.why, line] as const))("%s", (_why, line) => {
    const held = cases.get(line) ?? [];
    expect(held.length).toBeGreaterThan(50);
    for (const scene of held) {
      const verdict = verdictOf(scene);
      const found = verdict && [verdict.told, verdict.code, verdict.because];
      expect(found, JSON.stringify(scene)).toEqual(line.is(scene));
      const posts = scene.channel === "allowed" && (verdict?.told || verdict?.code === "silenced");
      if (verdict) expect(verdict.receiver, JSON.stringify(scene)).toBe(posts ? "chat/#ml-a" : "chat");
    }
  });
});
