import { describe, expect, test } from "vitest";
import { noCredentials } from "#cluster/auth/none";
import { staticToken } from "#cluster/auth/static-token";
import type { ClusterErrorCode, JobApi, Patch } from "#cluster/cluster";
import { openJobApi } from "#cluster/job-api";
import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { ca } from "../support/protocols.ts";
import type { OpenedApi, Scene } from "./kubernetes-api.ts";

const SIGNAL = new AbortController().signal;
const NAMESPACE = "ml-team";
const KINDS: readonly (readonly [string, Resource])[] = [batchJob, tfJob, pyTorchJob].map(({ resource }) => [
  resource.kind,
  resource,
]);

interface Job {
  readonly kind: string;
  readonly metadata: { name: string; resourceVersion: string; labels: Record<string, string> };
  readonly spec: object;
}

type Asks = (api: JobApi) => Promise<unknown>;

/** What Jobbell's own calls make of a server's answers. Every server that is used in the place of a real one has to pass. */
export function callsContract(name: string, open: (scene: Scene, resource: Resource) => Promise<OpenedApi>) {
  describe.concurrent.each(KINDS)(`${name}, as Jobbell's calls see it, for %s`, (_kind, resource) => {
    async function as<T>(user: string, ask: (api: JobApi) => Promise<T>): Promise<T> {
      const opened = await open("seven", resource);
      const credentials = user === "" ? noCredentials() : staticToken(user);
      const api = openJobApi(
        { name: "prod", server: opened.url, tls: { ca }, credentials },
        { patience: { pause: async () => {} } },
      );
      try {
        return await ask(api);
      } finally {
        await api.close();
        await opened.close();
      }
    }

    const query = { resource, namespace: NAMESPACE, limit: 2 };
    const listNames = (api: JobApi, more = {}) =>
      api.list({ ...query, ...more }, (object) => (object as Job).metadata.name, SIGNAL);
    const patch = (api: JobApi, merge: Patch["merge"], more: Partial<Patch> = {}) =>
      api.patch({ resource, namespace: NAMESPACE, name: "j1", merge, ...more }, SIGNAL);

    test("lists every job of a namespace, page by page", () =>
      as("admin", async (api) => {
        expect((await listNames(api)).items).toEqual(["j0", "j1", "j2", "j3", "j4", "j5", "j6"]);
      }));

    test("lists the first jobs, and says that there are more", () =>
      as("admin", async (api) => {
        const { items, more } = await api.first(query, SIGNAL);
        expect([items.map((item) => (item as Job).metadata.name), more]).toEqual([["j0", "j1"], true]);
      }));

    test("gets one job, and its status", () =>
      as("admin", async (api) => {
        const job = await api.get(resource, NAMESPACE, "j4", SIGNAL);
        expect(job).toMatchObject({ kind: resource.kind, metadata: { name: "j4" } });
        expect(await api.status(resource, NAMESPACE, "j4", SIGNAL)).toEqual(job);
      }));

    test("gets nothing of a job that is not there", () =>
      as("admin", async (api) => {
        expect(await api.get(resource, NAMESPACE, "nope", SIGNAL)).toBeUndefined();
      }));

    test("patches one job, and leaves it as it is where there is nothing to change", () =>
      as("admin", async (api) => {
        const merge = { metadata: { labels: { x: "y" } } };
        const once = await patch(api, merge);
        expect(once).toMatchObject({ object: { kind: resource.kind, metadata: { labels: { x: "y" } } }, warnings: [] });
        expect(await patch(api, merge)).toEqual(once);
      }));

    test("hears of a field that was dropped", () =>
      as("admin", async (api) => {
        const { warnings, object } = await patch(api, { spec: { bogusField: 1 } });
        expect(warnings).toEqual(['unknown field "spec.bogusField"']);
        expect((object as Job).spec).not.toHaveProperty("bogusField");
      }));

    const wrongType = resource.group === "batch" ? { parallelism: "three" } : { runPolicy: { backoffLimit: "three" } };
    const refused: readonly (readonly [string, ClusterErrorCode, string, RegExp, Asks])[] = [
      ["a token that nobody has", "unauthorized", "wrong", /credentials \(401\)/, listNames],
      ["no token", "forbidden", "", /anonymous \(403\).*no credentials were sent/, listNames],
      ["a list that may not be made", "forbidden", "noperm", /verb "list" on resource/, listNames],
      [
        "a job that may not be read",
        "forbidden",
        "noperm",
        /verb "get" on resource/,
        (api) => api.get(resource, NAMESPACE, "j1", SIGNAL),
      ],
      ["a job that may not be changed", "forbidden", "reader", /verb "patch" on resource/, (api) => patch(api, {})],
      [
        "a kind that is not installed",
        "not-installed",
        "admin",
        /has no mpijobs\.kubeflow\.org in kubeflow\.org\/v1 \(404\)/,
        (api) =>
          api.list(
            { ...query, namespace: "", resource: { ...tfJob.resource, kind: "MPIJob", plural: "mpijobs" } },
            () => undefined,
            SIGNAL,
          ),
      ],
      [
        "a patch of a job that is not there",
        "not-found",
        "admin",
        /has no \w+ "nope" in namespace "ml-team" \(404\)/,
        (api) => patch(api, { metadata: { labels: { x: "y" } } }, { name: "nope" }),
      ],
      [
        "a patch of an old version",
        "conflict",
        "admin",
        /has a newer version of \w+ "j1" \(409\).*: read it again/,
        (api) => patch(api, { metadata: { resourceVersion: "1", labels: { x: "y" } } }),
      ],
      [
        "a label that is none",
        "invalid",
        "admin",
        /\(422\), saying "metadata\.labels: Invalid value: "bad key!": name part.*; metadata\.labels: Invalid value: "y z"[^;]*": check what is to be changed/,
        (api) => patch(api, { metadata: { labels: { "bad key!": "y z" } } }),
      ],
      [
        "a value of the wrong type",
        "invalid",
        "admin",
        resource.group === "batch"
          ? /\(422\), saying "patch: Invalid value: …: json: cannot unmarshal string .*parallelism/
          : /\(422\), saying "spec\.runPolicy\.backoffLimit: Invalid value: "string": .*integer/,
        (api) => patch(api, { spec: wrongType }),
      ],
      [
        "an unknown field, when asked to be strict",
        "invalid",
        "admin",
        /\(422\), saying "patch: Invalid value: …: strict decoding error: unknown field "spec\.bogusField""/,
        (api) => patch(api, { spec: { bogusField: 1 } }, { strict: true }),
      ],
      resource.group === "batch"
        ? [
            "a field that may not change",
            "invalid",
            "admin",
            /\(422\), saying "spec\.completions: Invalid value: 5: field is immutable"/,
            (api) => patch(api, { spec: { completions: 5 } }),
          ]
        : [
            "another name",
            "invalid",
            "admin",
            /\(400\), saying "the name of the object \(other\) does not match/,
            (api) => patch(api, { metadata: { name: "other" } }),
          ],
    ];

    test.each(refused)("refuses %s: %s", (_what, code, user, message, ask) =>
      as(user, async (api) => {
        const error = await ask(api).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toMatchObject({ name: "ClusterError", code, cluster: "prod" });
        expect((error as Error).message).toMatch(message);
        expect((error as Error).message).toMatch(/^cluster "prod" [^\n]{1,900}$/);
      }),
    );
  });
}
