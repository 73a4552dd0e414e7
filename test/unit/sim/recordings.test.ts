import { describe, expect, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { decode, encode } from "#sim/continue-token";
import { openSimulated } from "../../contract/kubernetes-api-simulated.ts";
import { type Answered, ask, differences, type Recording, recording, recordingsIn } from "../../support/recordings.ts";

const RESOURCES = [batchJob, tfJob, pyTorchJob].map(({ resource }) => resource);

// Not simulated: metadata alone (`as=PartialObjectMetadata`), and what a Job's template has to do with its uid.
const LEFT_OUT = /partial|^jobs\/patch-uid-mismatch$/;
// Shows other jobs than the rest, since it was recorded while they changed.
const ANOTHER_MOMENT = /list-rv0-limit2/;

describe.each(RESOURCES)("the simulated server answers for $kind, byte for byte, as a real one did", (resource) => {
  const names = recordingsIn(resource.plural).map(({ name }) => name);

  test.each(names.filter((name) => !LEFT_OUT.test(name) && !ANOTHER_MOMENT.test(name)))("%s", async (name) => {
    const api = await openSimulated("seven", resource);
    if (name.includes("unknown-field")) await ask(api.url, recording(`${resource.plural}/patch-label-ok`).request);
    expect(differences(recording(name), await answerTo(recording(name), api))).toEqual([]);
    await api.close();
  });

  test.concurrent.each([
    ["idle", "idle-1s-bookmarks"],
    ["changed", "changes-1s"],
    ["changed", "no-rv"],
    ["changed", "watchlist"],
    ["changed", "rv-bad"],
    ["changed", "rv-future"],
  ] as const)("in the scene %s, watch/%s", async (scene, name) => {
    const api = await openSimulated(scene, resource);
    const recorded = recording(`${resource.plural}/watch/${name}`);
    const path = recorded.request.path.replace(/resourceVersion=\d{4}(?=&)/, `resourceVersion=${api.from}`);
    expect(differences(recorded, await ask(api.url, { ...recorded.request, path }))).toEqual([]);
    await api.close();
  });
});

test.each(["absent-group", "absent-group-forbidden", "absent-resource"])("and as in errors/%s", async (name) => {
  const api = await openSimulated("seven", tfJob.resource);
  const recorded = recording(`errors/${name}`);
  const as = name.endsWith("forbidden") ? "noperm" : "admin";
  expect(differences(recorded, await ask(api.url, { ...recorded.request, as }))).toEqual([]);
  await api.close();
});

describe("an answer that is not as recorded is noticed:", () => {
  const page = recording("tfjobs/page1");
  const truth = { status: 200, headers: new Headers(page.response.headers), body: JSON.stringify(page.response.body) };
  const changed = (from: string, to: string): Answered => ({ ...truth, body: `${truth.body.replace(from, to)}\n` });

  test.each([
    ["another status", { ...changed("", ""), status: 201 }],
    ["another content type", { ...changed("", ""), headers: new Headers({ "content-type": "text/plain" }) }],
    ["no count of what is left", changed('"remainingItemCount":5,', "")],
    ["another count", changed('"remainingItemCount":5', '"remainingItemCount":4')],
    ["no token", changed(/"continue":"[^"]+"/.exec(truth.body)?.[0] ?? "", '"continue":""')],
    ["an item without kind", changed('"kind":"TFJob",', "")],
    ["another order of fields", changed('"apiVersion":"kubeflow.org/v1","kind"', '"kind":"TFJob","apiVersion"')],
    ["another job", changed('"name":"j1"', '"name":"j2"')],
    ["no newline at the end", truth],
  ])("%s", (_what, answered) => {
    expect(differences(page, answered).length).toBeGreaterThan(0);
  });

  test("but the recorded one is not", () => {
    expect(differences(page, changed("", ""))).toEqual([]);
  });
});

/** Asks what was asked when it was recorded, with a token of this server's own moment. */
function answerTo({ name, request }: Recording, { url, from }: { url: string; from: string }): Promise<Answered> {
  const asked = new URL(request.path, "http://server");
  const token = asked.searchParams.get("continue");
  if (token === null || name.endsWith("garbage")) return ask(url, request);
  asked.searchParams.set("continue", encode({ revision: Number(from), start: `/${decode(token).start}` }));
  return ask(url, { ...request, path: asked.pathname + asked.search });
}
