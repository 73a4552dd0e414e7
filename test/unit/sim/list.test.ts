import { describe, expect, test } from "vitest";
import { differences, recording } from "../../support/recordings.ts";
import { get, label, list, NOW, namesIn, PATH, start, startWith, TFJOBS, tfJobOf } from "./server.ts";

const ABCDE = ["a", "b", "c", "d", "e"];

describe("the pages of one list", () => {
  test("show the moment of the first, whatever is created, changed and deleted meanwhile", async () => {
    await using server = await startWith(ABCDE);
    const first = await list(server, "?limit=2");
    server.create(TFJOBS, tfJobOf("bb"));
    server.remove(TFJOBS, "ml", "d");
    label(server, "e", { late: "yes" });
    const rest = await list(server, `?limit=9&continue=${first.metadata.continue}`);
    expect(namesIn(rest)).toEqual(["c", "d", "e"]);
    expect(rest.items.at(-1)?.metadata.labels).toEqual({});
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(namesIn(await list(server))).toEqual(["a", "b", "bb", "c", "e"]);
  });

  test("of the whole cluster come in the order of namespace/name, read as one string", async () => {
    await using server = await start();
    for (const [namespace, name] of [
      ["b", "a"],
      ["a", "z"],
      ["a-b", "y"],
      ["a", "b"],
    ] as const) {
      server.create(TFJOBS, tfJobOf(name, {}, namespace));
    }
    const all = "/apis/kubeflow.org/v1/tfjobs";
    const first = await list(server, "?limit=2", all);
    const second = await list(server, `?limit=2&continue=${first.metadata.continue}`, all);
    expect([...first.items, ...second.items].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      "a-b/y",
      "a/b",
      "a/z",
      "b/a",
    ]);
  });

  test("can be empty at the end, where the selector lets nothing more through", async () => {
    await using server = await startWith(ABCDE);
    label(server, "a", { team: "vision" });
    const first = await list(server, "?limit=1&labelSelector=team%3Dvision");
    expect(namesIn(first)).toEqual(["a"]);
    const second = await list(server, `?limit=1&labelSelector=team%3Dvision&continue=${first.metadata.continue}`);
    expect([second.items, second.metadata.continue]).toEqual([[], ""]);
  });

  test("of 10,000 jobs are 20 pages of 500 with every job once", async () => {
    await using server = await start();
    for (let index = 0; index < 10_000; index += 1) server.create(TFJOBS, tfJobOf(`j${index}`));
    const names = new Set<string>();
    let next: string | undefined = "";
    let pages = 0;
    while (next !== undefined) {
      const page = await list(server, `?limit=500${next && `&continue=${next}`}`);
      for (const name of namesIn(page)) names.add(name);
      pages += 1;
      next = page.metadata.continue || undefined;
    }
    expect([pages, names.size]).toEqual([20, 10_000]);
  });
});

describe("a continue token", () => {
  test("that is too old is answered with the recorded 410, which offers a token for the rest", async () => {
    await using server = await startWith(["j0", "j1", "j2"]);
    const { metadata } = await list(server, "?limit=2");
    server.forgetHistory();
    const answer = await get(server, `${PATH}?limit=2&continue=${metadata.continue}`);
    expect(differences(recording("errors/continue-expired"), answer)).toEqual([]);
    expect(answer.body).toBe(recording("errors/continue-expired").response.body);
  });

  test("for the rest lists what is there now, with a version of its own", async () => {
    await using server = await startWith(ABCDE);
    const first = await list(server, "?limit=2");
    server.forgetHistory();
    label(server, "c", { late: "yes" });
    const expired = await get(server, `${PATH}?limit=2&continue=${first.metadata.continue}`);
    const rest = await list(server, `?limit=2&continue=${JSON.parse(expired.body).metadata.continue}`);
    expect(namesIn(rest)).toEqual(["c", "d"]);
    expect(rest.items[0]?.metadata.labels).toEqual({ late: "yes" });
    expect(rest.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    expect(namesIn(await list(server, `?limit=2&continue=${rest.metadata.continue}`))).toEqual(["e"]);
  });

  test("of another namespace is accepted and lists the wrong rest", async () => {
    await using server = await startWith(["b", "c"]);
    for (const name of ["a", "b", "d"]) server.create(TFJOBS, tfJobOf(name, {}, "other"));
    const { metadata } = await list(server, "?limit=1");
    const other = "/apis/kubeflow.org/v1/namespaces/other/tfjobs";
    expect(namesIn(await list(server, `?continue=${metadata.continue}`, other))).toEqual(["d"]);
  });

  test("stays good over a restart", async () => {
    await using server = await startWith(ABCDE);
    const { metadata } = await list(server, "?limit=3");
    server.restart();
    expect(namesIn(await list(server, `?continue=${metadata.continue}`))).toEqual(["d", "e"]);
  });

  const encoded = (token: object) => Buffer.from(JSON.stringify(token)).toString("base64url");
  test.each([
    ["of no known version", encoded({ v: "v0", rv: 1001, start: "/a" }), 400],
    ["without a start", encoded({ v: "meta.k8s.io/v1", rv: 1001 }), 400],
    ["that begins with a letter", Buffer.from("hello").toString("base64url"), 400],
    ["of a version to come", encoded({ v: "meta.k8s.io/v1", rv: 5000, start: "/a" }), 504],
  ])("%s is refused", async (_what, token, status) => {
    await using server = await startWith(["a"]);
    expect((await get(server, `${PATH}?continue=${token}`)).status).toBe(status);
  });
});

describe("a list at a version", () => {
  test("shows that moment where it asks for exactly it", async () => {
    await using server = await startWith(["a"]);
    const { metadata } = await list(server);
    server.create(TFJOBS, tfJobOf("b"));
    const at = `resourceVersion=${metadata.resourceVersion}`;
    expect(namesIn(await list(server, `?${at}&resourceVersionMatch=Exact`))).toEqual(["a"]);
    expect(namesIn(await list(server, `?${at}&limit=5`))).toEqual(["a"]);
    expect(namesIn(await list(server, `?${at}&resourceVersionMatch=NotOlderThan&limit=5`))).toEqual(["a", "b"]);
    expect(namesIn(await list(server, `?${at}`))).toEqual(["a", "b"]);
  });

  test("is refused where the version is forgotten, or is none", async () => {
    await using server = await startWith(["a"]);
    const { metadata } = await list(server);
    server.forgetHistory();
    const exact = `${PATH}?resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`;
    expect((await get(server, exact)).status).toBe(410);
    expect((await get(server, `${PATH}?resourceVersion=new`)).status).toBe(400);
  });
});

describe("a label selector", () => {
  const JOBS: Readonly<Record<string, Record<string, string>>> = {
    a: { team: "vision", tier: "prod" },
    b: { team: "nlp", tier: "dev" },
    c: { team: "nlp" },
    d: {},
  };
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["", ["a", "b", "c", "d"]],
    ["team=vision", ["a"]],
    ["team==nlp", ["b", "c"]],
    ["team = nlp", ["b", "c"]],
    ["team!=nlp", ["a", "d"]],
    ["team=nlp,tier=dev", ["b"]],
    ["team in (vision,nlp)", ["a", "b", "c"]],
    ["team in (vision, nlp),tier", ["a", "b"]],
    ["team notin (vision)", ["b", "c", "d"]],
    ["tier", ["a", "b"]],
    ["!tier", ["c", "d"]],
    ["!tier,team", ["c"]],
    ["team=", []],
  ];

  test.each(table)("'%s' lets through %j", async (selector, names) => {
    await using server = await start();
    for (const [name, labels] of Object.entries(JOBS)) server.create(TFJOBS, tfJobOf(name, labels));
    expect(namesIn(await list(server, `?labelSelector=${encodeURIComponent(selector)}`))).toEqual(names);
  });

  test.each(["team in", "a=b=c", "(x)"])("'%s' is refused", async (selector) => {
    await using server = await start();
    expect((await get(server, `${PATH}?labelSelector=${encodeURIComponent(selector)}`)).status).toBe(400);
  });
});

describe("a field selector", () => {
  test.each([
    ["metadata.name=a", ["a"]],
    ["metadata.name!=a", ["b", "c", "d", "e"]],
    ["metadata.namespace=ml,metadata.name==c", ["c"]],
    ["metadata.namespace=other", []],
  ])("%s lets through %j", async (selector, names) => {
    await using server = await startWith(ABCDE);
    expect(namesIn(await list(server, `?fieldSelector=${encodeURIComponent(selector)}`))).toEqual(names);
  });

  test("that cannot be read is refused", async () => {
    await using server = await start();
    expect((await get(server, `${PATH}?fieldSelector=name`)).status).toBe(400);
  });
});

describe("gzip", () => {
  const manyNames = Array.from({ length: 400 }, (_, index) => `job-${index}`);
  const encodingOf = async (names: readonly string[], accept: string) => {
    await using server = await startWith(names);
    const answer = await get(server, PATH, { "accept-encoding": accept });
    return [answer.headers.get("content-encoding"), JSON.parse(answer.body).items.length];
  };

  test.each([
    ["a body over 128 KiB is compressed for who accepts that", manyNames, "gzip", "gzip"],
    ["but not for who does not", manyNames, "identity", null],
    ["and a smaller one never is", ["a"], "gzip", null],
  ])("%s", async (_what, names, accept, encoding) => {
    expect(await encodingOf(names, accept)).toEqual([encoding, names.length]);
  });
});

describe("the history", () => {
  test("is forgotten five minutes after it happened, but not before", async () => {
    let now = NOW;
    await using server = await startWith(ABCDE, { now: () => now });
    const { metadata } = await list(server, "?limit=2");
    server.remove(TFJOBS, "ml", "e");
    const statusAfter = async (ms: number) => {
      now += ms;
      label(server, "a", { at: String(now) });
      return (await get(server, `${PATH}?continue=${metadata.continue}`)).status;
    };
    expect(await statusAfter(200_000)).toBe(200);
    expect(await statusAfter(350_000)).toBe(410);
    expect(namesIn(await list(server))).toEqual(["a", "b", "c", "d"]);
    expect(await statusAfter(10_000)).toBe(410);
    now += 400_000;
    label(server, "b", { x: "y" });
    expect(namesIn(await list(server, "?limit=9"))).toEqual(["a", "b", "c", "d"]);
  });
});
