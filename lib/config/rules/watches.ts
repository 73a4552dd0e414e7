import { isPattern } from "#jobs/namespaces";
import { entriesOf, type Outline, type Rule } from "./outline.ts";
import { repeats, type Said } from "./repeats.ts";

/** What an entry needs it says itself, or leaves to the defaults. */
export const entriesWhole: Rule = (outline) =>
  entriesOf(outline).flatMap((entry, index) => {
    const missing = entry === undefined ? [] : NEEDED.filter((key) => entry[key] === undefined);
    return missing.map((key) => ({ path: ["namespaces", index], message: `missing key "${key}"` }));
  });

const NEEDED = ["kinds", "routes"] as const;

/** A watch is named once: two of the same jobs would say everything twice. */
export const watchesOnce: Rule = (outline) =>
  repeats(
    entriesOf(outline).flatMap((entry, index) =>
      entry === undefined ? [] : watchesOf(entry, index, outline.clusters[0]?.name),
    ),
  );

/** To hold a look open there must be something to hold: a watch, which Huawei Cloud's API has not. What the defaults say of it goes for those that can. */
export const holdsWatch: Rule = ({ clusters, namespaces, defaults }) =>
  namespaces.flatMap((entry, index) => {
    const cluster = clusters.find((each) => each?.name === (entry?.cluster ?? clusters[0]?.name));
    const watch = entry?.watch ?? defaults?.watch;
    const isTold = watch ?? cluster?.provider !== "cci";
    if (entry?.hold === undefined || isTold) return [];
    const message = watch === false ? "needs watch: true" : "provider cci tells no changes that could be held";
    return [{ path: ["namespaces", index, "hold"], message: `hold: ${message}` }];
  });

type Entry = Exclude<Outline["namespaces"][number], undefined>;

function watchesOf(entry: Entry, index: number, onlyCluster: string | undefined): readonly Said[] {
  const { namespace, exclude = [], cluster = onlyCluster, kinds = [], labelSelector, fieldSelector } = entry;
  if (!namespace || !cluster) return [];
  // Said in another order, the same is excluded.
  const excluded = [...new Set(exclude)].toSorted();
  const what = isPattern(namespace) ? "selectors and exclusions" : "selectors";
  return kinds.map((kind, position) => ({
    path: ["namespaces", index, "kinds", position],
    id: kind && JSON.stringify([cluster, namespace, kind, labelSelector, fieldSelector, excluded]),
    message: `${kind} of namespace ${JSON.stringify(namespace)} is watched twice with the same ${what}`,
  }));
}
