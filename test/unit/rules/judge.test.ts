import { describe, expect, test } from "vitest";
import type { Duration, Limit, Restarts } from "#rules/rule";
import { T0 } from "../jobs/objects.ts";
import { type Seen, story } from "./story.ts";

const PENDING: Duration = { type: "pendingFor", seconds: 900 };
const SUSPENDED: Duration = { type: "suspendedFor", seconds: 900 };
const RUNNING: Duration = { type: "runningFor", seconds: 900 };
const RESTARTS: Restarts = { type: "restarts", moreThan: 2, withinSeconds: 600 };

const at = (now: number, shows?: string, rest: Omit<Seen, "now" | "shows"> = {}): Seen => ({
  now,
  ...(shows !== undefined && { shows }),
  ...rest,
});

/** What the job shows at each look, what is told in all, when the next look is due, and why. */
type Row = readonly [because: string, limit: Limit, looks: readonly Seen[], told: readonly string[], dueAt?: number];

const CREATED = "Created@0";
const RAN = "Created@0 Running@50";
const ASLEEP = "Created@0 Suspended@10";

const PENDING_ROWS: readonly Row[] = [
  ["it waits, and not yet too long", PENDING, [at(10, CREATED)], [], 900],
  ["a second is missing", PENDING, [at(10, CREATED), at(899)], [], 900],
  ["it has waited for so long", PENDING, [at(10, CREATED), at(900)], ["Stalled@900 since 0"]],
  ["it waits on, and that was said", PENDING, [at(10, CREATED), at(900), at(9000)], ["Stalled@900 since 0"]],
  ["the crossing counts, not when it was noticed", PENDING, [at(5000, CREATED)], ["Stalled@900 since 0"]],
  ["it ran in time", PENDING, [at(10, CREATED), at(60, RAN)], []],
  ["it ran late, but before anybody looked", PENDING, [at(10, CREATED), at(2000, "Created@0 Running@1500")], []],
  [
    "it runs after all",
    PENDING,
    [at(10, CREATED), at(1000), at(2000, "Created@0 Running@1500")],
    ["Stalled@900 since 0", "Recovered@1500 since 900"],
  ],
  [
    "it ran and succeeded: the first of both has ended it",
    PENDING,
    [at(1000, CREATED), at(2000, "Created@0 Running@1500 Succeeded@1600")],
    ["Stalled@900 since 0", "Recovered@1500 since 900"],
  ],
  [
    "it succeeded, and nobody saw it run",
    PENDING,
    [at(1000, CREATED), at(2000, "Created@0 Succeeded@1600")],
    ["Stalled@900 since 0", "Recovered@1600 since 900"],
  ],
  [
    "it was put to sleep: somebody has taken care of it",
    PENDING,
    [at(1000, CREATED), at(2000, "Created@0 Suspended@1500")],
    ["Stalled@900 since 0", "Recovered@1500 since 900"],
  ],
  [
    "it failed, which says itself",
    PENDING,
    [at(1000, CREATED), at(2000, "Created@0 Failed@1500")],
    ["Stalled@900 since 0"],
  ],
  [
    "it ran for a moment and failed, which says itself",
    PENDING,
    [at(1000, CREATED), at(2000, "Created@0 Running@1500 Failed@1501")],
    ["Stalled@900 since 0"],
  ],
  ["it waits again since it was resumed", PENDING, [at(200, "Created@0 Suspended@10 Resumed@100")], [], 1000],
  [
    "it waits too long since then",
    PENDING,
    [at(1000, "Created@0 Suspended@10 Resumed@100")],
    ["Stalled@1000 since 100"],
  ],
  ["suspended it does not wait", PENDING, [at(5000, ASLEEP)], []],
  ["running it does not wait", PENDING, [at(5000, RAN)], []],
  [
    "a restart from which it does not come back",
    PENDING,
    [at(60, RAN), at(1100, "Created@0 Restarting@100")],
    ["Stalled@1000 since 100"],
  ],
  ["a restart from which it came back", PENDING, [at(60, RAN), at(1100, "Created@0 Restarting@100 Running@150")], []],
  [
    "resumed while it waited: what waits now has begun then",
    PENDING,
    [at(1000, CREATED), at(3000, "Created@0 Resumed@2000")],
    ["Stalled@900 since 0", "Recovered@2000 since 900", "Stalled@2900 since 2000"],
  ],
  [
    "ran and restarted between two looks, and waits again",
    PENDING,
    [at(1000, CREATED), at(1100, "Created@0 Running@1020 Restarting@1050")],
    ["Stalled@900 since 0", "Recovered@1020 since 900"],
    1950,
  ],
  ["nothing has touched it since it was created", PENDING, [at(10, "", { noted: { createdAt: T0 } })], [], 900],
  ["nothing ever touches it", PENDING, [at(10, "", { noted: { createdAt: T0 } }), at(900)], ["Stalled@900 since 0"]],
  [
    "nothing had touched it, and then its operator came: it waits all the same",
    PENDING,
    [at(1000, "", { noted: { createdAt: T0 } }), at(2000, "Created@1500")],
    ["Stalled@900 since 0"],
  ],
  [
    "nothing had touched it in time, and then its operator came: it counts from that",
    PENDING,
    [at(10, "", { noted: { createdAt: T0 } }), at(20, "Created@15"), at(914)],
    [],
    915,
  ],
  ["it shows no step, and nobody knows since when", PENDING, [at(5000, "")], []],
];

const SUSPENDED_ROWS: readonly Row[] = [
  ["it sleeps, and not yet too long", SUSPENDED, [at(20, ASLEEP)], [], 910],
  ["it has slept for so long", SUSPENDED, [at(20, ASLEEP), at(910)], ["Stalled@910 since 10"]],
  [
    "it was resumed after all",
    SUSPENDED,
    [at(1000, ASLEEP), at(2000, "Created@0 Suspended@10 Resumed@1500")],
    ["Stalled@910 since 10", "Recovered@1500 since 910"],
  ],
  ["it was resumed in time", SUSPENDED, [at(20, ASLEEP), at(2000, "Created@0 Suspended@10 Resumed@1500")], []],
  [
    "resumed and suspended again between two looks: it sleeps anew",
    SUSPENDED,
    [at(1000, ASLEEP), at(2000, "Created@0 Resumed@1500 Suspended@1600")],
    ["Stalled@910 since 10", "Recovered@1500 since 910"],
    2500,
  ],
  [
    "put to sleep anew, and all that shows is a later time",
    SUSPENDED,
    [at(1000, ASLEEP), at(2000, "Created@0 Suspended@1600")],
    ["Stalled@910 since 10", "Recovered@1600 since 910"],
    2500,
  ],
  [
    "deleted or failed in its sleep says so itself",
    SUSPENDED,
    [at(1000, ASLEEP), at(2000, `${ASLEEP} Failed@1500`)],
    ["Stalled@910 since 10"],
  ],
  ["awake it does not sleep", SUSPENDED, [at(5000, CREATED)], []],
  ["a job without a step does not sleep", SUSPENDED, [at(5000, "", { noted: { createdAt: T0 } })], []],
];

const RUNNING_ROWS: readonly Row[] = [
  ["it runs, and not yet too long", RUNNING, [at(60, RAN)], [], 950],
  ["it has run for so long", RUNNING, [at(60, RAN), at(950)], ["Overdue@950 since 50"]],
  [
    "it succeeded after all",
    RUNNING,
    [at(1000, RAN), at(2000, `${RAN} Succeeded@1500`)],
    ["Overdue@950 since 50", "Recovered@1500 since 950"],
  ],
  ["it succeeded late, but before anybody looked", RUNNING, [at(60, RAN), at(2000, `${RAN} Succeeded@1500`)], []],
  ["it failed, which says itself", RUNNING, [at(1000, RAN), at(2000, `${RAN} Failed@1500`)], ["Overdue@950 since 50"]],
  [
    "put to sleep it does not run any more",
    RUNNING,
    [at(1000, RAN), at(2000, "Created@0 Suspended@1500")],
    ["Overdue@950 since 50", "Recovered@1500 since 950"],
  ],
  [
    "resumed it runs anew",
    RUNNING,
    [at(60, RAN), at(100, "Created@0 Suspended@90"), at(200, "Created@0 Resumed@150 Running@160")],
    [],
    1060,
  ],
  ["a restart does not end the run", RUNNING, [at(60, RAN), at(500, "Created@0 Restarting@400")], [], 950],
  [
    "a restart does not begin it anew",
    RUNNING,
    [
      at(60, RAN),
      at(500, "Created@0 Restarting@400"),
      at(600, "Created@0 Running@510"),
      at(700, "Created@0 Running@650"),
      at(960),
    ],
    ["Overdue@950 since 50"],
  ],
  [
    "a restart that nobody saw does not either",
    RUNNING,
    [at(60, RAN), at(600, "Created@0 Running@510"), at(960)],
    ["Overdue@950 since 50"],
  ],
  [
    "it is overdue also while it restarts",
    RUNNING,
    [at(60, RAN), at(960, "Created@0 Restarting@400")],
    ["Overdue@950 since 50"],
  ],
  [
    "a restart does not end what was said",
    RUNNING,
    [
      at(1000, RAN),
      at(1100, "Created@0 Restarting@1050"),
      at(1200, "Created@0 Running@1150"),
      at(3000, "Created@0 Running@1150 Succeeded@2000"),
    ],
    ["Overdue@950 since 50", "Recovered@2000 since 950"],
  ],
  [
    "a run whose beginning nobody saw begins when it was first seen",
    RUNNING,
    [at(500, "Created@0 Restarting@400"), at(600, "Created@0 Running@510")],
    [],
    1410,
  ],
  ["a restart of a run of which nothing was seen", RUNNING, [at(5000, "Created@0 Restarting@400")], []],
  [
    "a restart is not of the run before the last sleep",
    RUNNING,
    [
      at(60, RAN),
      at(100, "Created@0 Suspended@90"),
      at(200, "Created@0 Resumed@150"),
      at(5000, "Created@0 Restarting@400"),
      at(5001),
    ],
    [],
  ],
  ["waiting it does not run", RUNNING, [at(5000, CREATED)], []],
];

const restarted = (...times: readonly number[]) => times.map((time) => at(time + 1, `Created@0 Restarting@${time}`));

const RESTARTS_ROWS: readonly Row[] = [
  ["as many as are allowed", RESTARTS, restarted(100, 200), []],
  ["one more than is allowed", RESTARTS, restarted(100, 200, 300), ["Flapping@300 since 100"], 700],
  ["the first of them is too long ago", RESTARTS, restarted(100, 200, 700), []],
  [
    "the first of them is a second less than too long ago",
    RESTARTS,
    [...restarted(100, 200), at(699, "Created@0 Restarting@699")],
    ["Flapping@699 since 100"],
    700,
  ],
  ["it goes on, and that was said", RESTARTS, restarted(100, 200, 300, 400, 500), ["Flapping@300 since 100"], 900],
  [
    "they fall out of the time",
    RESTARTS,
    [...restarted(100, 200, 300), at(700)],
    ["Flapping@300 since 100", "Recovered@700 since 300"],
  ],
  ["they have not yet", RESTARTS, [...restarted(100, 200, 300), at(699)], ["Flapping@300 since 100"], 700],
  [
    "it is over when they fell out, not when that was noticed",
    RESTARTS,
    [...restarted(100, 200, 300), at(5000)],
    ["Flapping@300 since 100", "Recovered@700 since 300"],
  ],
  [
    "it is over, and begins anew",
    RESTARTS,
    [...restarted(100, 200, 300), ...restarted(1000, 1100, 1200)],
    ["Flapping@300 since 100", "Recovered@700 since 300", "Flapping@1200 since 1000"],
    1600,
  ],
  [
    "over and anew between two looks",
    RESTARTS,
    [...restarted(100, 200, 300, 710), at(900)],
    ["Flapping@300 since 100", "Recovered@700 since 300", "Flapping@710 since 200", "Recovered@800 since 710"],
  ],
  [
    "it succeeded",
    RESTARTS,
    [...restarted(100, 200, 300), at(500, "Created@0 Running@310 Succeeded@450")],
    ["Flapping@300 since 100", "Recovered@450 since 300"],
  ],
  [
    "it succeeded before they fell out of the time, and that was seen long after",
    RESTARTS,
    [...restarted(100, 200, 300), at(900, "Created@0 Running@310 Succeeded@450")],
    ["Flapping@300 since 100", "Recovered@450 since 300"],
  ],
  [
    "it was over before it succeeded",
    RESTARTS,
    [...restarted(100, 200, 300), at(900, "Created@0 Running@310 Succeeded@800")],
    ["Flapping@300 since 100", "Recovered@700 since 300"],
  ],
  [
    "it failed, which says itself",
    RESTARTS,
    [...restarted(100, 200, 300), at(500, "Created@0 Failed@450")],
    ["Flapping@300 since 100"],
  ],
  [
    "the one too many, and the end, in one look",
    RESTARTS,
    [...restarted(100, 200), at(500, "Created@0 Restarting@300 Succeeded@450")],
    [],
  ],
  [
    "it was over when it was first noticed",
    RESTARTS,
    [...restarted(100, 200), at(5000, "Created@0 Restarting@300")],
    [],
  ],
  [
    "the last one comes to be known last",
    RESTARTS,
    [...restarted(100, 300), at(400, "Created@0 Restarting@200")],
    ["Flapping@300 since 100"],
    700,
  ],
];

const pods = (now: number, failed: number, rest: Omit<Seen, "now" | "shows"> = {}) =>
  at(now, "Created@0 Running@1", { noted: { retries: failed }, ...rest });

const PODS_ROWS: readonly Row[] = [
  ["pods were replaced, and no more than is allowed", RESTARTS, [pods(10, 0), pods(100, 2)], []],
  [
    "pods were replaced one by one, at the times at which that was noticed",
    RESTARTS,
    [pods(10, 0), pods(100, 1), pods(200, 2), pods(300, 3)],
    ["Flapping@300 since 100"],
    700,
  ],
  ["all pods at once", RESTARTS, [pods(10, 0), pods(100, 7)], ["Flapping@100 since 100"], 700],
  ["a new Job has lost some before anybody saw it", RESTARTS, [pods(10, 3)], ["Flapping@10 since 10"], 610],
  [
    "what failed before the first look may be long ago",
    RESTARTS,
    [pods(10, 30, { unwatched: true }), pods(100, 32)],
    [],
  ],
  ["fewer than before are none", RESTARTS, [pods(10, 5, { unwatched: true }), pods(100, 1), pods(200, 3)], []],
  ["time passes and nobody counts", RESTARTS, [pods(10, 0), at(400)], []],
  ["counted since a rule came", RESTARTS, [pods(10, 5, { limits: [PENDING] }), pods(20, 9), pods(30, 11)], []],
  [
    "they fall out of the time",
    RESTARTS,
    [pods(10, 0), pods(100, 3), at(700)],
    ["Flapping@100 since 100", "Recovered@700 since 100"],
  ],
];

describe.each([
  ["a job that does not run", PENDING_ROWS],
  ["a job that is suspended", SUSPENDED_ROWS],
  ["a job that runs", RUNNING_ROWS],
  ["a job that restarts", RESTARTS_ROWS],
  ["a Job whose pods are replaced", PODS_ROWS],
])("%s", (_, rows) => {
  for (const [because, limit, looks, told, dueAt] of rows) {
    test(because, () => {
      const found = story([limit], looks);
      expect(found.words).toEqual(told);
      expect(found.dueAt).toBe(dueAt);
    });
  }
});

describe("what is raised", () => {
  test.each<[string, Limit, readonly Seen[], readonly string[], number?]>([
    ["before anybody looked is known, and not told", PENDING, [at(1000, CREATED, { silent: true }), at(2000)], []],
    ["before anybody looked is over without a word", PENDING, [at(1000, CREATED, { silent: true }), at(2000, RAN)], []],
    [
      "later is told, and what comes after it",
      PENDING,
      [at(10, CREATED, { silent: true }), at(2000), at(3000, "Created@0 Running@2500")],
      ["Stalled@900 since 0", "Recovered@2500 since 900"],
    ],
    [
      "of a run that restarted before anybody looked counts from what shows",
      RUNNING,
      [at(100, "Created@0 Running@80", { silent: true })],
      [],
      980,
    ],
    [
      "of a restart before anybody looked counts it",
      RESTARTS,
      [at(100, "Created@0 Restarting@80", { silent: true }), ...restarted(150, 200)],
      ["Flapping@200 since 80"],
      680,
    ],
    ["waits until all is known up to then", PENDING, [at(1000, CREATED, { asOf: 899 })], [], 900],
    [
      "waits where nothing is known of the time",
      PENDING,
      [at(1000, CREATED, { asOf: -T0 }), at(1000, RAN, { asOf: -T0 })],
      [],
    ],
    [
      "is over by a step also where nothing is known of the time",
      PENDING,
      [at(1000, CREATED), at(1000, "Created@0 Running@990", { asOf: -T0 })],
      ["Stalled@900 since 0", "Recovered@990 since 900"],
    ],
    [
      "of restarts that come in one by one is the same as of all of them",
      RESTARTS,
      [...restarted(100, 200, 300, 310).map((each) => ({ ...each, asOf: -T0 })), at(320)],
      ["Flapping@300 since 100"],
      800,
    ],
    [
      "of restarts is over later where nothing is known of the time",
      RESTARTS,
      [...restarted(100, 200, 300), at(900, undefined, { asOf: -T0 })],
      ["Flapping@300 since 100"],
      700,
    ],
    ["is nothing while the job is not looked at", PENDING, [at(1000, CREATED, { left: true })], []],
    [
      "is kept while the job is not looked at",
      PENDING,
      [at(1000, CREATED), at(2000, undefined, { left: true }), at(3000)],
      ["Stalled@900 since 0"],
    ],
    [
      "is over also when the job is not looked at any more",
      PENDING,
      [at(1000, CREATED), at(2000, RAN, { left: true })],
      ["Stalled@900 since 0", "Recovered@900 since 900"],
    ],
    [
      "of restarts is kept without a look",
      RESTARTS,
      [...restarted(100, 200, 300), at(310, undefined, { left: true })],
      ["Flapping@300 since 100"],
    ],
  ])("%s", (_, limit, looks, told, dueAt) => {
    const found = story([limit], looks);
    expect(found.words).toEqual(told);
    expect(found.dueAt).toBe(dueAt);
  });

  test("says which rule, since when, its limit, and how often", () => {
    expect(story([PENDING], [at(900, CREATED)]).alarms).toEqual([
      { type: "Stalled", at: T0 + 900, rule: { type: "pendingFor", since: T0, seconds: 900 } },
    ]);
    expect(story([RESTARTS], [pods(10, 0), pods(100, 7), at(5000)]).alarms).toEqual([
      {
        type: "Flapping",
        at: T0 + 100,
        rule: { type: "restarts", since: T0 + 100, seconds: 600, moreThan: 2, restarts: 7 },
      },
      { type: "Recovered", at: T0 + 700, rule: { type: "restarts", since: T0 + 100, seconds: 600, moreThan: 2 } },
    ]);
  });

  test("by several rules comes in the order in which it happened", () => {
    const limits: readonly Limit[] = [{ ...RUNNING, seconds: 1200 }, RESTARTS, { ...PENDING, seconds: 60 }];
    const looks = [
      at(60, RAN),
      ...restarted(100, 200, 300),
      at(2000),
      at(3000, "Created@0 Running@310 Succeeded@2500"),
    ];
    const { words, rules } = story(limits, looks);
    expect(words).toEqual([
      ...["Flapping@300 since 100", "Stalled@360 since 300", "Recovered@700 since 300", "Overdue@1250 since 50"],
      ...["Recovered@360 since 360", "Recovered@2500 since 1250"],
    ]);
    expect(rules).toBeUndefined();
  });
});

describe("what is remembered", () => {
  test.each<[string, readonly Limit[], readonly Seen[], unknown]>([
    ["is nothing without rules", [], [at(1000, CREATED)], undefined],
    ["is nothing while nothing is raised", [PENDING, RUNNING, SUSPENDED, RESTARTS], [at(10, CREATED)], undefined],
    ["is what was raised", [PENDING], [at(1000, CREATED)], { raised: { pendingFor: { at: T0 + 900, since: T0 } } }],
    [
      "is that nobody was told",
      [PENDING],
      [at(1000, CREATED, { silent: true })],
      { raised: { pendingFor: { at: T0 + 900, since: T0, silent: true } } },
    ],
    ["is nothing of a run that the last Running began", [RUNNING], [at(60, RAN)], undefined],
    [
      "is when a run began that was restarted",
      [RUNNING],
      [at(60, RAN), at(100, "Created@0 Running@90")],
      { runningSince: T0 + 50 },
    ],
    [
      "is when a job was created that shows no step",
      [PENDING],
      [at(10, "", { noted: { createdAt: T0 } })],
      { createdAt: T0 },
    ],
    [
      "is no more restarts than are needed",
      [RESTARTS],
      restarted(100, 200, 300, 400, 500, 600),
      { raised: { restarts: { at: T0 + 300, since: T0 + 100 } }, restarts: [T0 + 400, T0 + 500, T0 + 600] },
    ],
    ["is no restart that is too long ago", [RESTARTS], restarted(100, 200, 750), { restarts: [T0 + 200, T0 + 750] }],
    ["is how many pods had failed", [RESTARTS], [pods(10, 4, { unwatched: true }), at(20)], { retries: 4 }],
    [
      "is no more than a hundred restarts",
      [RESTARTS],
      [pods(10, 0, { asOf: -T0 }), pods(20, 5000, { asOf: -T0 })],
      { retries: 5000, restarts: Array(100).fill(T0 + 20) },
    ],
    [
      "is nothing of a job that has ended",
      [PENDING, RESTARTS],
      [at(1000, CREATED), at(2000, `${RAN} Succeeded@60`, { noted: { retries: 3 } })],
      undefined,
    ],
    [
      "is nothing of a job that had ended before",
      [RUNNING, RESTARTS],
      [at(2000, `${RAN} Failed@60`), at(3000)],
      undefined,
    ],
  ])("%s", (_, limits, looks, remembered) => {
    expect(story(limits, looks).rules).toEqual(remembered);
  });
});

describe("a rule that is changed", () => {
  test.each<[string, Limit, readonly Seen[], readonly string[], number?]>([
    [
      "and taken away forgets without a word",
      PENDING,
      [at(1000, CREATED), at(1100, undefined, { limits: [] }), at(1200, RAN)],
      ["Stalled@900 since 0"],
    ],
    [
      "and allows longer leaves what was raised, once, until it is over",
      PENDING,
      [
        at(1000, CREATED),
        at(1100, undefined, { limits: [{ ...PENDING, seconds: 3000 }] }),
        at(5000, undefined, { limits: [{ ...PENDING, seconds: 3000 }] }),
      ],
      ["Stalled@900 since 0"],
    ],
    [
      "and allows less raises what has crossed it",
      PENDING,
      [at(100, CREATED), at(110, undefined, { limits: [{ ...PENDING, seconds: 60 }] })],
      ["Stalled@60 since 0"],
    ],
    [
      "and allows more restarts than there were: it is over since the last of them",
      RESTARTS,
      [...restarted(100, 200, 300), at(310, undefined, { limits: [{ ...RESTARTS, moreThan: 9 }] })],
      ["Flapping@300 since 100", "Recovered@300 since 300"],
    ],
    [
      "and allows fewer restarts raises when they were one too many",
      RESTARTS,
      [...restarted(100, 200), at(210, undefined, { limits: [{ ...RESTARTS, moreThan: 1 }] })],
      ["Flapping@200 since 100"],
      700,
    ],
    [
      "and came late to a run counts from the last Running",
      RUNNING,
      [at(60, RAN, { limits: [] }), at(100, "Created@0 Running@90", { limits: [] }), at(2000)],
      ["Overdue@990 since 90"],
    ],
    [
      "and came late to a restart counts the last one",
      RESTARTS,
      [...restarted(100, 200).map((each) => ({ ...each, limits: [] })), at(210), ...restarted(250, 300)],
      ["Flapping@300 since 200"],
      800,
    ],
  ])("%s", (_, limit, looks, told, dueAt) => {
    const found = story([limit], looks);
    expect(found.words).toEqual(told);
    expect(found.dueAt).toBe(dueAt);
  });
});
