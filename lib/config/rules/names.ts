import type { Path } from "../document.ts";
import { didYouMean } from "../suggest.ts";
import type { Finding, Outline, Rule } from "./outline.ts";
import { repeats, type Said } from "./repeats.ts";

/** Each cluster and each receiver has a name of its own. */
export const namesOnce: Rule = ({ clusters, receivers }) => [
  ...repeats(clusters.map((entry, index) => said(["clusters", index, "name"], entry?.name))),
  ...repeats(receivers.map((entry, index) => said(["receivers", index, "name"], entry?.name))),
];

/** A namespace names its cluster, unless there is one only. */
export const clusterNamed: Rule = ({ clusters, namespaces }) =>
  namespaces.flatMap((entry, index) =>
    entry !== undefined && entry.cluster === undefined && clusters.length > 1
      ? [{ path: ["namespaces", index], message: 'missing key "cluster": there are several' }]
      : [],
  );

/** The clusters that namespaces name exist. */
export const clustersExist: Rule = ({ clusters, namespaces }) =>
  namespaces.flatMap((entry, index) =>
    unknownName("cluster", entry?.cluster, namesOf(clusters), ["namespaces", index, "cluster"]),
  );

/** The receivers that routes name exist. */
export const receiversExist: Rule = ({ receivers, namespaces }) =>
  namespaces.flatMap((entry, index) =>
    (entry?.routes ?? []).flatMap((route, at) =>
      (route?.receivers ?? []).flatMap((name, position) =>
        unknownName("receiver", name, namesOf(receivers), ["namespaces", index, "routes", at, "receivers", position]),
      ),
    ),
  );

function said(path: Path, name: string | undefined): Said {
  return { path, id: usable(name) ?? "", message: `name: ${JSON.stringify(name)} is used twice` };
}

/** An address is no name: it has a problem of its own, and is a secret. */
function usable(name: string | undefined): string | undefined {
  return name === "" || name?.includes("://") ? undefined : name;
}

function unknownName(noun: string, name: string | undefined, known: Names, path: Path): readonly Finding[] {
  const unknown = usable(name);
  if (unknown === undefined || known === undefined || known.includes(unknown)) return [];
  return [{ path, message: `unknown ${noun} ${JSON.stringify(unknown)}${didYouMean(unknown, known)}` }];
}

type Names = readonly string[] | undefined;

/** The names of a list, `undefined` where one of them or the list cannot be read: then nothing is known to be unknown. */
function namesOf(entries: Outline["receivers"] | Outline["clusters"]): Names {
  const names = entries.map((entry) => entry?.name ?? "");
  return names.length === 0 || names.includes("") ? undefined : names;
}
