import { readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { ClusterErrorCode } from "#cluster/cluster";
import type { Resource } from "#jobs/job";
import { serve } from "../support/http.ts";
import { failure, JOBS, listAll, openAt, SIGNAL, TFJOBS } from "../unit/cluster/open.ts";

interface Recording {
  readonly request?: { readonly path: string };
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown };
}

interface ListBody {
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const ROOT = "test/fixtures";
const PYTORCHJOBS: Resource = { ...TFJOBS, kind: "PyTorchJob", plural: "pytorchjobs" };
const CODES: Readonly<Record<number, ClusterErrorCode>> = {
  400: "invalid",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  415: "invalid",
  422: "invalid",
};
const RESOURCES = [JOBS, TFJOBS, PYTORCHJOBS];

function recording(path: string): Recording {
  return JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8"));
}

function listOf({ response }: Recording): ListBody {
  return response.body as ListBody;
}

function replay({ response: { status, headers, body } }: Recording, response: ServerResponse): void {
  const { "transfer-encoding": _chunked, ...rest } = headers;
  response.writeHead(status, rest).end(typeof body === "string" ? body : JSON.stringify(body));
}

/** Answers every request with this recording. */
function serveOne(path: string) {
  return serve((_seen, response) => replay(recording(path), response));
}

describe.each(RESOURCES)("recordings of $plural", (resource) => {
  const folder = `kubernetes-1.36/${resource.plural}`;
  const files = readdirSync(`${ROOT}/${folder}`).filter((file) => file.endsWith(".json"));

  test("of four pages make the list that was recorded whole", async () => {
    const pages = [1, 2, 3, 4].map((page) => recording(`${folder}/page${page}.json`));
    const tokenOf = (page: Recording) => new URL(page.request!.path, "http://x").searchParams.get("continue");
    const found = (token: string | null) => pages.find((page) => tokenOf(page) === token)!;
    await using server = await serve(({ query }, response) => replay(found(query.get("continue")), response));
    await using cluster = openAt(server.url);
    const list = await listAll(cluster, { resource });
    const whole = listOf(recording(`${folder}/list-full.json`)).items;
    const names = (items: readonly unknown[]) => items.map((item) => (item as ListBody["items"][0]).metadata.name);
    expect(names(list.items)).toEqual(names(whole));
    expect(list.resourceVersion).toBe(listOf(pages[0]!).metadata.resourceVersion);
  });

  const lists = files.filter((file) => {
    const { kind, metadata } = listOf(recording(`${folder}/${file}`)) ?? {};
    return kind === `${resource.kind}List` && !metadata.continue;
  });
  test.each(lists)("read as the list that they are: %s", async (file) => {
    await using server = await serveOne(`${folder}/${file}`);
    await using cluster = openAt(server.url);
    const { items, metadata } = listOf(recording(`${folder}/${file}`));
    expect(await listAll(cluster, { resource })).toEqual({ items, resourceVersion: metadata.resourceVersion });
  });

  test.each<[string, ClusterErrorCode]>([
    ["auth-bad-token", "unauthorized"],
    ["auth-none", "forbidden"],
    ["auth-noperm-list", "forbidden"],
    ["continue-garbage", "invalid"],
    ["fieldselector-bad", "invalid"],
    ["list-rv-future", "unavailable"],
    ["page-continue-with-rv", "invalid"],
    ["partial-list", "not-kubernetes"],
    ["get-one", "not-kubernetes"],
    ["patch-stale-rv", "conflict"],
    ["patch-wrong-type", "invalid"],
  ])("that are no list are an error: %s is %s", async (file, code) => {
    await using server = await serveOne(`${folder}/${file}.json`);
    await using cluster = openAt(server.url);
    const error = await failure(listAll(cluster, { resource }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^cluster "prod" [^\n]{1,700}$/);
  });

  const refused = files.filter((file) => /patch/.test(file) && recording(`${folder}/${file}`).response.status >= 400);
  test.each(refused)("of a patch that was refused say why: %s", async (file) => {
    const { request, response } = recording(`${folder}/${file}`);
    const name = new URL(request!.path, "http://x").pathname.split("/").at(-1)!;
    await using server = await serveOne(`${folder}/${file}`);
    await using cluster = openAt(server.url);
    const error = await failure(cluster.patch({ resource, namespace: "ml-team", name, merge: {} }, SIGNAL));
    expect(error.code).toBe(CODES[response.status]);
    expect(error.message).toMatch(/^cluster "prod" [^\n]{1,900}$/);
    expect(error.message).toMatch(/saying "[^"]/);
  });

  test("of one object are that object, or that there is none", async () => {
    await using present = await serveOne(`${folder}/get-one.json`);
    await using absent = await serveOne(`${folder}/get-absent.json`);
    await using there = openAt(present.url);
    await using elsewhere = openAt(absent.url);
    expect(await there.get(resource, "ml-team", "j1", SIGNAL)).toEqual(
      recording(`${folder}/get-one.json`).response.body,
    );
    expect(await elsewhere.get(resource, "ml-team", "nope", SIGNAL)).toBeUndefined();
  });
});

test.each<[string, ClusterErrorCode]>([
  ["absent-group", "not-installed"],
  ["absent-resource", "not-installed"],
  ["absent-group-forbidden", "forbidden"],
  ["continue-expired", "gone"],
  ["too-many-requests", "throttled"],
])("the recorded error %s is %s", async (file, code) => {
  await using server = await serveOne(`kubernetes-1.36/errors/${file}.json`);
  await using cluster = openAt(server.url);
  expect((await failure(listAll(cluster))).code).toBe(code);
});

test.each([
  ["list-tfjobs", TFJOBS],
  ["list-pytorchjobs", PYTORCHJOBS],
])("an older server's %s is read", async (file, resource) => {
  await using server = await serveOne(`cci/${file}.json`);
  await using cluster = openAt(server.url);
  const { items, metadata } = listOf(recording(`cci/${file}.json`));
  expect(await listAll(cluster, { resource })).toEqual({ items, resourceVersion: metadata.resourceVersion });
});

test("an older server's PyTorchJob is read", async () => {
  await using server = await serveOne("cci/get-pytorchjob.json");
  await using cluster = openAt(server.url);
  const { body } = recording("cci/get-pytorchjob.json").response;
  expect(await cluster.get(PYTORCHJOBS, "kube-test", "x", SIGNAL)).toEqual(body);
});
