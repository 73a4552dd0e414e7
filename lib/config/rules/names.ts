import { matches } from "#jobs/namespaces";
import type { Path } from "../document.ts";
import { didYouMean } from "../suggest.ts";
import { type Finding, type Outline, type Rule, sectionsOf } from "./outline.ts";
import { repeats, type Said } from "./repeats.ts";

/** Each cluster and each receiver has a name of its own, and in each list of routes those that have one. */
export const namesOnce: Rule = (outline) => [
  ...namedOnce(outline.clusters, ["clusters"]),
  ...namedOnce(outline.receivers, ["receivers"]),
  ...sectionsOf(outline).flatMap(({ path, routes = [] }) => namedOnce(routes, [...path, "routes"])),
];

/** A namespace names its cluster, unless there is one only. */
export const clusterNamed: Rule = ({ clusters, namespaces }) =>
  namespaces.flatMap((entry, index) =>
    entry !== undefined && entry.cluster === undefined && clusters.length > 1
      ? [{ path: ["namespaces", index], message: 'missing key "cluster": there are several' }]
      : [],
  );

/** The clusters that namespaces and matches name exist. */
export const clustersExist: Rule = (outline) => {
  const known = namesOf(outline.clusters);
  return [
    ...outline.namespaces.flatMap((entry, index) =>
      unknownName("cluster", entry?.cluster, known, ["namespaces", index, "cluster"]),
    ),
    ...matchesIn(outline).flatMap(({ path, match }) =>
      (match?.clusters ?? []).flatMap((name, index) =>
        unknownName("cluster", name, known, [...path, "clusters", index]),
      ),
    ),
  ];
};

/** The receivers that routes and annotations name exist. */
export const receiversExist: Rule = (outline) => {
  const known = namesOf(outline.receivers);
  const each = (names: readonly string[], path: Path) =>
    names.flatMap((name, index) => unknownName("receiver", name, known, [...path, index]));
  return sectionsOf(outline).flatMap(({ path, routes = [], annotations = {} }) => [
    ...routes.flatMap((route, index) => each(route?.receivers ?? [], [...path, "routes", index, "receivers"])),
    ...each(annotations.notify ?? [], [...path, "annotations", "notify"]),
  ]);
};

/** Every `match` and every entry of an `exclude`. */
function matchesIn(outline: Outline) {
  return sectionsOf(outline).flatMap(({ path, routes = [], rules = [] }) => [
    ...routes.flatMap((route, index) => matchesOf(route, [...path, "routes", index])),
    ...rules.flatMap((rule, index) => matchesOf(rule, [...path, "rules", index])),
  ]);
}

type Meant = NonNullable<NonNullable<Outline["defaults"]>["rules"]>[number];

function matchesOf({ match, exclude = [] }: Meant = {}, path: Path) {
  return [
    { path: [...path, "match"], match },
    ...exclude.map((each, index) => ({ path: [...path, "exclude", index], match: each })),
  ];
}

function namedOnce(entries: readonly ({ readonly name?: string | undefined } | undefined)[], path: Path) {
  return repeats(entries.map((entry, index) => said([...path, index, "name"], entry?.name)));
}

function said(path: Path, name: string | undefined): Said {
  return { path, id: usable(name) ?? "", message: `name: ${JSON.stringify(name)} is used twice` };
}

/** An address is no name: it has a problem of its own, and is a secret. */
function usable(name: string | undefined): string | undefined {
  return name === "" || name?.includes("://") ? undefined : name;
}

function unknownName(noun: string, name: string | undefined, known: Names, path: Path): readonly Finding[] {
  const unknown = usable(name);
  if (unknown === undefined || known === undefined || known.some((name) => matches(unknown, name))) return [];
  return [{ path, message: `unknown ${noun} ${JSON.stringify(unknown)}${didYouMean(unknown, known)}` }];
}

type Names = readonly string[] | undefined;

/** The names of a list, `undefined` where one of them or the list cannot be read: then nothing is known to be unknown. */
function namesOf(entries: Outline["receivers"] | Outline["clusters"]): Names {
  const names = entries.map((entry) => entry?.name ?? "");
  return names.length === 0 || names.includes("") ? undefined : names;
}
