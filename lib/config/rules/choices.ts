import type { Path } from "../document.ts";
import { AUTH_CHOICE, type Choice, CLUSTER_CHOICE, checkChoice, RECEIVER_CHOICE } from "../ways.ts";
import type { Finding, Rule } from "./outline.ts";

/** Clusters, their authentication and receivers are each described in one way. */
export const oneWayEach: Rule = ({ clusters, receivers }) => [
  ...clusters.flatMap((entry, index) => [
    ...findings(entry, CLUSTER_CHOICE, ["clusters", index]),
    ...findings(entry?.auth, AUTH_CHOICE, ["clusters", index, "auth"]),
  ]),
  ...receivers.flatMap((entry, index) => findings(entry, RECEIVER_CHOICE, ["receivers", index])),
];

function findings(map: object | undefined, choice: Choice, path: Path): readonly Finding[] {
  if (map === undefined) return [];
  return checkChoice(Object.keys(map), choice).map(({ key, message }) =>
    key === undefined ? { path, message } : { path: [...path, key], message, at: "key" },
  );
}
