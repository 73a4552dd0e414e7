import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import type { Match } from "#jobs/match";
import { decide, type Policy, told } from "#routing/decide";
import type { Honoured, Route } from "#routing/route";
import type { Silence } from "#routing/silence";
import { hostileEvent, hostileText, jobEvent } from "../../support/events.ts";
import { NOW, silence } from "./scene.ts";

// Few words, so that routes and jobs meet often.
const word = fc.constantFrom("a", "b", "ab", "aab");
const pattern = fc.constantFrom("a", "b", "ab", "a*", "*b", "*", "a*b");
const patterns = fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 });
const labels = fc.dictionary(fc.constantFrom("x", "y", "z"), word, { maxKeys: 3 });
const wanted = fc.dictionary(fc.constantFrom("x", "y", "z"), patterns, { minKeys: 1, maxKeys: 3 });
const receiver = fc.constantFrom("chat", "hook", "pager", "audit");
const receivers = fc.uniqueArray(receiver, { maxLength: 3 });
const events = fc.uniqueArray(fc.constantFrom(...EVENT_TYPES.slice(0, 4)), { minLength: 1, maxLength: 3 });

const match: fc.Arbitrary<Match> = fc.record(
  { clusters: patterns, namespaces: patterns, kinds: patterns, names: patterns, labels: wanted, annotations: wanted },
  { requiredKeys: [] },
);
const route: fc.Arbitrary<Route> = fc.record(
  {
    on: events,
    match,
    exclude: fc.array(match, { minLength: 1, maxLength: 2 }),
    receivers,
    continue: fc.constant(true as const),
  },
  { requiredKeys: ["on", "receivers"] },
);
const honours: fc.Arbitrary<Honoured> = fc.record(
  {
    notify: fc.uniqueArray(receiver, { minLength: 1, maxLength: 2 }),
    channel: fc.record({ patterns: fc.constantFrom(["#ml-*"], ["#*"]), receivers: fc.constant(["chat"]) }),
    mute: fc.constant(true as const),
  },
  { requiredKeys: [] },
);
const policy: fc.Arbitrary<Policy> = fc.record({ routes: fc.array(route, { maxLength: 5 }), honours });
const silences: fc.Arbitrary<readonly Silence[]> = fc
  .array(
    fc.record(
      {
        on: events,
        match: fc.constantFrom({}, { names: ["a*"] }, { labels: { x: ["*"] } }),
        receivers: fc.uniqueArray(fc.constantFrom("chat", "hook", "*", "p*", "chat/#ml-*"), {
          minLength: 1,
          maxLength: 2,
        }),
        endsAt: fc.integer({ min: NOW - 2, max: NOW + 2 }),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  )
  .map((all) => all.map((each, index) => silence({ id: `sil_${index}`, ...(each as Partial<Silence>) })));

const asked = fc.record(
  {
    "jobbell.dev/notify": fc.constantFrom("Created", "Running,Restarting", "*", "nothing", ""),
    "jobbell.dev/channel": fc.constantFrom("#ml-a", "ml-b", "#hr", "<!channel>"),
    "jobbell.dev/mute": fc.constantFrom("true", "false"),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;
const job = fc
  .record({
    event: fc.constantFrom(...EVENT_TYPES.slice(0, 4)),
    cluster: word,
    namespace: word,
    kind: word,
    name: word,
    labels,
    own: labels,
    asked,
  })
  .map(({ own, asked: ours, ...rest }): JobEvent => jobEvent({ ...rest, annotations: { ...own, ...ours } }));

/** The same, in another order of everything in which order should mean nothing. */
function shuffled<T>(value: T, order: (length: number) => readonly number[]): T {
  const mixed = <Item>(items: readonly Item[]) => order(items.length).map((index) => items[index]!);
  const keys = (map: object) => Object.fromEntries(mixed(Object.entries(map)).map(([key, each]) => [key, deep(each)]));
  const deep = (each: unknown): unknown => {
    if (Array.isArray(each)) return mixed(each).map(deep);
    return typeof each === "object" && each !== null ? keys(each) : each;
  };
  return deep(value) as T;
}

/** An order for each length, from numbers that say which of what is left comes next. */
const order = fc.infiniteStream(fc.nat(20)).map((stream) => (length: number) => {
  const left = [...Array(length).keys()];
  return Array.from({ length }, () => left.splice(stream.next().value! % left.length, 1)[0]!);
});

describe("whatever the configuration, the job and the silences,", () => {
  test("the order of keys, lists within a match, events and silences does not matter", () => {
    fc.assert(
      fc.property(job, policy, silences, order, (event, { routes, honours = {} }, silent, mix) => {
        const other: Policy = {
          routes: routes.map(({ receivers: names, ...rest }) => ({ ...shuffled(rest, mix), receivers: names })),
          honours: shuffled(honours, mix),
        };
        const before = decide(event, { routes, honours }, silent, NOW);
        const { verdicts, because } = decide(shuffled(event, mix), other, shuffled(silent, mix), NOW);
        const sort = (all: typeof verdicts) => all.toSorted((a, b) => (a.receiver < b.receiver ? -1 : 1));
        // Of those whom annotations alone name, the order is that of their list.
        expect({ because, verdicts: sort(verdicts) }).toEqual({
          because: before.because,
          verdicts: sort(before.verdicts),
        });
      }),
      { numRuns: 1000 },
    );
  });

  test("routes that do not fit the event may stand anywhere, and be any", () => {
    fc.assert(
      fc.property(job, policy, fc.array(fc.tuple(route, fc.nat(5))), (event, { routes, honours = {} }, others) => {
        const named = routes.map((each, index) => ({ ...each, name: `r${index}` }));
        const padded = others.reduce<readonly Route[]>(
          (all, [other, at]) => all.toSpliced(at % (all.length + 1), 0, { ...other, on: ["Vanished"] }),
          named,
        );
        expect(decide(event, { routes: padded, honours }, [], NOW)).toEqual(
          decide(event, { routes: named, honours }, [], NOW),
        );
      }),
    );
  });

  test("two neighbours of which no job fits both may change places", () => {
    fc.assert(
      fc.property(job, route, route, fc.array(route), (event, one, two, rest) => {
        const first = { ...one, name: "one", match: { ...one.match, kinds: ["a"] } };
        const second = { ...two, name: "two", match: { ...two.match, kinds: ["b"] } };
        const after = rest.map((each, index) => ({ ...each, name: `r${index}` }));
        const decisions = [
          [first, second],
          [second, first],
        ].map((pair) => decide(event, { routes: [...pair, ...after] }, [], NOW));
        expect(decisions[1]).toEqual(decisions[0]);
      }),
    );
  });

  test("receivers of routes that are not taken do not matter", () => {
    fc.assert(
      fc.property(job, policy, receivers, (event, { routes, honours = {} }, others) => {
        const taken = routes.map(
          (each) => decide(event, { routes: [each] }, [], NOW).because?.startsWith("no route") !== true,
        );
        const changed = routes.map((each, index) => (taken[index] ? each : { ...each, receivers: others }));
        expect(decide(event, { routes: changed, honours }, [], NOW)).toEqual(
          decide(event, { routes, honours }, [], NOW),
        );
      }),
    );
  });

  test("where every route continues, all that fit are heard; where none does, the first alone", () => {
    fc.assert(
      fc.property(job, fc.array(route), (event, routes) => {
        const each = routes.map((one) => told(decide(event, { routes: [one] }, [], NOW)));
        const fits = routes.map(
          (one) => decide(event, { routes: [{ ...one, receivers: ["x"] }] }, [], NOW).verdicts.length > 0,
        );
        const all = routes.map((one): Route => ({ ...one, continue: true }));
        const none = routes.map(({ continue: _, ...one }): Route => one);
        expect(told(decide(event, { routes: all }, [], NOW))).toEqual([...new Set(each.flat())]);
        expect(told(decide(event, { routes: none }, [], NOW))).toEqual(each[fits.indexOf(true)] ?? []);
      }),
    );
  });

  test("a job without annotations of Jobbell's is not affected by what is honoured", () => {
    fc.assert(
      fc.property(job, policy, silences, labels, (event, { routes, honours = {} }, silent, annotations) => {
        const plain = { ...event, annotations };
        expect(decide(plain, { routes, honours }, silent, NOW)).toEqual(decide(plain, { routes }, silent, NOW));
      }),
    );
  });

  test("annotations do nothing where none is honoured", () => {
    fc.assert(
      fc.property(job, policy, silences, asked, (event, { routes }, silent, ours) => {
        const other = { ...event, annotations: { ...event.annotations, ...ours } };
        expect(decide(other, { routes }, silent, NOW)).toEqual(decide(event, { routes }, silent, NOW));
      }),
    );
  });

  test("a silence takes away, and does nothing else", () => {
    fc.assert(
      fc.property(job, policy, silences, silences, (event, plan, some, more) => {
        const before = decide(event, plan, some, NOW);
        const after = decide(event, plan, [...some, ...more], NOW);
        expect(told(before)).toEqual(expect.arrayContaining([...told(after)]));
        expect(after.verdicts.map((each) => each.receiver)).toEqual(before.verdicts.map((each) => each.receiver));
        const [kept, was] = [after, before].map(({ verdicts }) => verdicts.filter((each) => each.told));
        expect(was).toEqual(expect.arrayContaining(kept!));
      }),
    );
  });

  test("each receiver has one verdict, and nobody hears whom nothing names", () => {
    fc.assert(
      fc.property(job, policy, silences, (event, plan, silent) => {
        const { verdicts, because } = decide(event, plan, silent, NOW);
        const names = verdicts.map((each) => each.receiver.replace(/\/#.*/, ""));
        expect(new Set(names).size).toBe(names.length);
        const known = [...plan.routes.flatMap((each) => each.receivers), ...(plan.honours?.notify ?? [])];
        expect(known).toEqual(expect.arrayContaining(names));
        expect(because === undefined).toBe(verdicts.length > 0);
      }),
    );
  });
});

describe("hostile text", () => {
  const long = fc
    .tuple(hostileText, fc.constantFrom(1, 10, 100_000))
    .map(([text, times]) => text.repeat(times).slice(0, 100_000));
  const text = fc.oneof(
    hostileText,
    long,
    fc.constantFrom("__proto__", "constructor", "#".repeat(100_000), ",".repeat(100_000)),
  );
  const hostile = fc
    .record({
      event: hostileEvent,
      notify: text,
      channel: text,
      mute: text,
      other: fc.dictionary(text, text, { maxKeys: 3 }),
    })
    .map(
      ({ event, notify, channel, mute, other }): JobEvent => ({
        ...event,
        annotations: {
          ...other,
          "jobbell.dev/notify": notify,
          "jobbell.dev/channel": channel,
          "jobbell.dev/mute": mute,
        },
      }),
    );
  const SAFE = /^[^\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Surrogate}]{1,200}$/u;

  test("never throws, and leaves a reason of one line, of at most 200 characters", () => {
    fc.assert(
      fc.property(hostile, text, text, text, (given, name, value, comment) => {
        const event = { ...given, labels: { ...given.labels, [name]: value } };
        const meant = { labels: { [name]: [value, "*"] }, annotations: { "jobbell.dev/notify": ["*", value] } };
        const routes: readonly Route[] = [
          { name, on: EVENT_TYPES, match: meant, receivers: ["hook"], continue: true },
          {
            name,
            on: EVENT_TYPES,
            match: { annotations: { "jobbell.dev/mute": ["*"] } },
            receivers: ["chat"],
            continue: true,
          },
          { name, on: ["Failed"], receivers: [] },
        ];
        const channel = { patterns: ["#*", "*"], receivers: ["chat", "bot"] };
        const { verdicts, because } = decide(event, { routes, honours: { notify: ["bot"], channel } }, [], NOW);
        const quiet = silence({ id: name, author: value, comment, receivers: ["*"] });
        const silenced = decide(event, { routes }, [quiet], NOW);
        for (const each of [...verdicts, ...silenced.verdicts]) {
          expect(each.because).toMatch(SAFE);
          expect(each.because.length).toBeLessThanOrEqual(200);
          expect(each.receiver).toMatch(/^(hook|chat|bot)(\/#[\p{L}\p{M}\p{N}_-]{1,80})?$/u);
        }
        if (because !== undefined) expect(because).toMatch(SAFE);
      }),
    );
  });

  test("as a route's name leaves a reason of one line where nobody is told, too", () => {
    fc.assert(
      fc.property(text, (name) => {
        const { because } = decide(jobEvent(), { routes: [{ name, on: EVENT_TYPES, receivers: [] }] }, [], NOW);
        expect(because).toMatch(SAFE);
        expect(because?.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});
