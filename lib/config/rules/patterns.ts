import { isPattern, matches, type Namespaces } from "#jobs/namespaces";
import { entriesOf, type Finding, type Outline, type Rule } from "./outline.ts";

/** A pattern is asked of a whole cluster, and Huawei Cloud's API shows no more than a namespace. */
export const patternsAnswered: Rule = ({ clusters, namespaces }) =>
  namespaces.flatMap((entry, index) => {
    const cluster = clusters.find((each) => each?.name === clusterOf(entry, clusters));
    if (cluster?.provider !== "cci" || !isPattern(entry?.namespace ?? "")) return [];
    const message = "namespace: provider cci lists one namespace at a time, name each of them";
    return [{ path: ["namespaces", index, "namespace"], message }];
  });

/** Exclusions go with a pattern, and leave something of it. */
export const exclusionsFit: Rule = ({ namespaces }) =>
  namespaces.flatMap((entry, index): readonly Finding[] => {
    const { namespace, exclude } = entry ?? {};
    if (!namespace || exclude === undefined) return [];
    const path = ["namespaces", index, "exclude"];
    if (!isPattern(namespace))
      return [{ path, message: 'exclude: goes with a pattern only, such as namespace: "*"', at: "key" }];
    return exclude.flatMap((pattern, position) =>
      matches(pattern, namespace)
        ? [{ path: [...path, position], message: `exclude: leaves nothing of ${JSON.stringify(namespace)}` }]
        : [],
    );
  });

/** Entries that watch the same jobs, of which one at least is a pattern: a line for each pattern, however many overlap with it. */
export const patternsOverlap: Rule = (outline) => {
  const entries = entriesOf(outline);
  return entries.flatMap((entry, index) => {
    if (!isPattern(entry?.namespace ?? "")) return [];
    // Of two patterns the first is told of.
    const others = entries.filter((other, at) => at > index || (at < index && !isPattern(other?.namespace ?? "")));
    const [first, ...more] = others.filter((other) => watchTheSame(entry, other, outline.clusters));
    if (first === undefined) return [];
    const both = `${JSON.stringify(entry?.namespace)} overlaps with ${JSON.stringify(first.namespace)}`;
    const also = more.length === 0 ? "" : ` and ${more.length} more`;
    const message = `namespace: ${both}${also}: an event there takes a route of each, the first that fits`;
    return [{ path: ["namespaces", index, "namespace"], message }];
  });
};

type Entry = Outline["namespaces"][number];

function clusterOf(entry: Entry, clusters: Outline["clusters"]): string | undefined {
  return entry?.cluster ?? clusters[0]?.name;
}

/** Selectors that differ are taken to part the jobs. */
function watchTheSame(one: Entry, other: Entry, clusters: Outline["clusters"]): boolean {
  if (clusterOf(one, clusters) !== clusterOf(other, clusters)) return false;
  if (one?.labelSelector !== other?.labelSelector || one?.fieldSelector !== other?.fieldSelector) return false;
  return one?.kinds?.some((kind) => other?.kinds?.includes(kind)) === true && overlap(placeOf(one), placeOf(other));
}

function placeOf(entry: Entry): Required<Namespaces> {
  return { namespace: entry?.namespace ?? "", exclude: entry?.exclude ?? [] };
}

function overlap(one: Required<Namespaces>, other: Required<Namespaces>): boolean {
  const leavesOut = ({ exclude }: typeof one, { namespace }: typeof one) =>
    exclude.some((each) => matches(each, namespace));
  return !leavesOut(one, other) && !leavesOut(other, one) && meet(one.namespace, other.namespace);
}

/** Whether some text is matched by both. Of two patterns it begins and ends as both say, and has all the rest in between. */
export function meet(one: string, other: string): boolean {
  if (!isPattern(one)) return matches(other, one);
  if (!isPattern(other)) return matches(one, other);
  const [begin, start] = [beginOf(one), beginOf(other)];
  const [end, close] = [endOf(one), endOf(other)];
  return (begin.startsWith(start) || start.startsWith(begin)) && (end.endsWith(close) || close.endsWith(end));
}

function beginOf(pattern: string): string {
  return pattern.slice(0, pattern.indexOf("*"));
}

function endOf(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf("*") + 1);
}
