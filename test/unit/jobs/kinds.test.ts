import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Snapshot } from "#jobs/job";
import { KINDS, kindNamed } from "#jobs/kinds/registry";
import { LIFECYCLES, versionsOf } from "../../support/lifecycles.ts";

const root = new URL("../../fixtures/", import.meta.url);
const fixture = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const filesIn = (pattern: string) => globSync(pattern, { cwd: root.pathname }).toSorted();

/** `Created@00:17:47 Running@00:17:47 | Chief 1/0/0 of 1`: steps with their times, and active/succeeded/failed of what is desired. */
function described({ steps, replicas }: Snapshot): string {
  const said = steps.map(({ type, at }) => `${type}@${new Date(at * 1000).toISOString().slice(11, 19)}`);
  const counts = Object.entries(replicas).map(
    ([type, { active, succeeded, failed, desired }]) => `${type} ${active}/${succeeded}/${failed} of ${desired}`,
  );
  return `${said.join(" ")} | ${counts.join(", ")}`;
}

describe("the registry", () => {
  test.each(KINDS.map(({ resource }) => resource))("knows $kind by its name, and has examples of it", (resource) => {
    expect(kindNamed(resource.kind)?.resource).toEqual(resource);
    const folders = [`kinds/${resource.plural}/`, `kubernetes-1.36/${resource.plural}/`];
    expect(folders.some((folder) => existsSync(new URL(folder, root)))).toBe(true);
  });

  test("names no kind, group and plural twice", () => {
    const { length } = KINDS;
    expect(new Set(KINDS.map(({ resource }) => resource.kind)).size).toBe(length);
    expect(new Set(KINDS.map(({ resource: { plural, group } }) => `${plural}.${group}`)).size).toBe(length);
    expect(kindNamed("CronJob")).toBeUndefined();
    expect(kindNamed("tfjob")).toBeUndefined();
  });
});

// Reviewed by hand against the files.
const WRITTEN: Record<string, Record<string, string>> = {
  MPIJob: {
    "allreduce-evicted": "Created@00:30:02 Running@00:30:10 Failed@00:31:20 | Launcher 1/0/0 of 1, Worker 1/0/1 of 2",
    "allreduce-new": " | Launcher 0/0/0 of 1, Worker 0/0/0 of 2",
    "allreduce-running": "Created@00:30:01 Running@00:30:09 | Launcher 1/0/0 of 1, Worker 2/0/0 of 2",
    "allreduce-succeeded":
      "Created@00:30:03 Running@00:30:12 Succeeded@00:34:44 | Launcher 0/1/0 of 1, Worker 0/0/0 of 4",
  },
  XGBoostJob: {
    "boost-new": " | Master 0/0/0 of 1, Worker 0/0/0 of 2",
    "boost-quick": "Created@00:40:01 Running@00:40:04 Succeeded@00:40:04 | Master 0/1/0 of 1, Worker 0/1/0 of 1",
    "boost-restarting": "Created@00:40:02 Restarting@00:41:37 | Master 1/0/0 of 1, Worker 1/0/1 of 2",
    "boost-suspended": "Created@00:40:03 Suspended@00:42:10 | Master 0/0/0 of 1, Worker 0/0/0 of 2",
  },
  PaddleJob: {
    "paddle-created": "Created@00:50:00 | Worker 0/0/0 of 2",
    "paddle-failed": "Created@00:50:02 Running@00:50:08 Failed@00:53:30 | Master 1/0/0 of 1, Worker 1/0/1 of 2",
    "paddle-running": "Created@00:50:01 Running@00:50:07 | Master 1/0/0 of 1, Worker 2/0/0 of 2",
  },
  JAXJob: {
    "jax-new": " | Worker 0/0/0 of 4",
    "jax-resumed": "Created@01:00:02 Resumed@01:02:40 Running@01:02:44 | Worker 2/0/0 of 2",
    "jax-running": "Created@01:00:01 Running@01:00:06 | Worker 4/0/0 of 4",
    "jax-succeeded": "Created@01:00:03 Running@01:00:09 Succeeded@01:09:59 | Worker 0/2/0 of 2",
  },
};

test.each(filesIn("kinds/*/*.json"))("every job of %s is read", (file) => {
  const { kind, items } = fixture(file);
  const name = kind.replace(/List$/, "");
  const read = items.map((item: unknown) => kindNamed(name)?.read(item));
  expect(Object.fromEntries(read.map((job: Snapshot) => [job.name, described(job)]))).toEqual(WRITTEN[name]);
});

// What the recorded server held, by the name of the job. The jobs of `watch/` are the same names, two minutes later.
const running = (at: string) => `Created@${at} Running@${at}`;
const POD = "Pod 0/0/0 of 1";
const CHIEF = "Chief 0/0/0 of 1, Worker 0/0/0 of 2";
const MASTER = "Master 0/0/0 of 1, Worker 0/0/0 of 2";
const statesOf = (at: string, late: string, replicas: string): Record<string, string> => ({
  j0: ` | ${replicas}`,
  j1: `Created@${at} | ${replicas}`,
  "j1a-new": ` | ${replicas}`,
  j2: `${running(at)} | ${replicas}`,
  j3: `${running(at)} | ${replicas}`,
  j4: `${running(at)} Succeeded@${at} | ${replicas}`,
  j5: `${running(late)} Succeeded@${late} | ${replicas}`,
  j6: `${running(late)} Succeeded@${late} | ${replicas}`,
});
const RECORDED: Record<string, Record<string, string>> = {
  Job: Object.fromEntries(Object.keys(statesOf("", "", "")).map((name) => [name, `Created@00:18:00 | ${POD}`])),
  TFJob: statesOf("00:17:47", "00:17:47", CHIEF),
  PyTorchJob: statesOf("00:17:53", "00:17:54", MASTER),
};
const IN_WATCHES: Record<string, Record<string, string>> = {
  Job: {
    ...Object.fromEntries(["j0", "j1", "j2"].map((name) => [name, `Created@00:20:40 | ${POD}`])),
    jx: `Created@00:20:45 | ${POD}`,
  },
  TFJob: Object.fromEntries(["j0", "j1", "j2", "jx"].map((name) => [name, ` | ${CHIEF}`])),
  PyTorchJob: Object.fromEntries(["j0", "j1", "j2", "jx"].map((name) => [name, ` | ${MASTER}`])),
};

interface ApiObject {
  readonly kind?: string;
  readonly metadata: { readonly name?: string };
}

/** Objects of an answer: one, those of a list, or those of the events of a watch, without its bookmarks. */
function objectsIn(body: unknown): readonly ApiObject[] {
  if (typeof body === "string") {
    const events = body
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return events.filter(({ type }) => type !== "BOOKMARK" && type !== "ERROR").map((event) => event.object);
  }
  const { items } = body as { items?: ApiObject[] };
  return items ?? [body as ApiObject];
}

describe.each(KINDS.filter(({ resource }) => resource.kind in RECORDED))(
  "recorded answers for $resource.kind:",
  (kind) => {
    const { kind: name, plural } = kind.resource;
    // Metadata alone is no job: it is never asked for.
    const answers = filesIn(`kubernetes-1.36/${plural}/{,watch/}*.json`)
      .filter((file) => !file.includes("partial"))
      .map((file) => ({ file, response: fixture(file).response }))
      .filter(({ response }) => response.status === 200);

    test("there are lists, pages, single objects, patched ones and watches", () => {
      const found = answers.map(({ file }) => file.replace(/^.*?jobs\//, ""));
      expect(found).toEqual(expect.arrayContaining(["list-full.json", "page1.json", "page4.json", "get-one.json"]));
      expect(found).toEqual(
        expect.arrayContaining(["get-status.json", "patch-label-ok.json", "watch/changes-1s.json"]),
      );
    });

    test.each(answers)("every job of $file is read", ({ file, response }) => {
      const expected = file.includes("/watch/") ? IN_WATCHES[name] : RECORDED[name];
      for (const each of objectsIn(response.body)) {
        const job = kind.read(each);
        expect(described(job), job.name).toBe(expected?.[job.name]);
      }
    });

    test("an item of a list is read though it may name no kind", () => {
      const items = objectsIn(fixture(`kubernetes-1.36/${plural}/list-full.json`).response.body);
      expect(items.map((item) => item.kind)).toEqual(Array(7).fill(name === "Job" ? undefined : name));
      expect(items.map((item) => kind.read(item).name)).toEqual(["j0", "j1", "j2", "j3", "j4", "j5", "j6"]);
    });
  },
);

test.each(LIFECYCLES)("every version of the life %s is read", (name) => {
  const versions = versionsOf(name);
  expect(new Set(versions.map(({ uid }) => uid)).size).toBe(1);
  expect(new Set(versions.map(({ resourceVersion }) => resourceVersion)).size).toBe(versions.length);
  for (const { replicas } of versions) {
    for (const { active, desired = 0 } of Object.values(replicas)) expect(active).toBeLessThanOrEqual(desired);
  }
});

test.each([
  ["list-tfjobs", "TFJob", "Created@12:38:58 Running@12:39:30 | PS 1/0/0 of 1, Worker 1/0/0 of 1"],
  ["list-pytorchjobs", "PyTorchJob", "Created@10:30:34 | Master 0/0/0 of 1, Worker 0/0/0 of 1"],
  ["get-pytorchjob", "PyTorchJob", "Created@10:30:34 | Master 0/0/0 of 1, Worker 0/0/0 of 1"],
  ["patch-pytorchjob", "PyTorchJob", "Created@10:36:26 | Master 0/0/0 of 1, Worker 0/0/0 of 1"],
  ["get-job-status", "Job", "Created@01:10:59 Running@01:10:59 | Pod 1/0/0 of 1"],
])("every job of the cloud service's example %s is read", (file, name, expected) => {
  const objects = objectsIn(fixture(`cci/${file}.json`).response.body);
  expect(objects.map((each) => kindNamed(name)?.read(each)).map((job) => job && described(job))).toEqual([expected]);
});
