import type { Path } from "../document.ts";
import {
  AKS_CHOICE,
  AUTH_CHOICE,
  type Choice,
  CLUSTER_CHOICE,
  checkChoice,
  GKE_CHOICE,
  RECEIVER_CHOICE,
  RULE_CHOICE,
  SLACK_CHOICE,
} from "../ways.ts";
import { type Finding, mapIn, type Rule, sectionsOf } from "./outline.ts";

/** Clusters, their authentication, receivers and rules over time are each described in one way. */
export const oneWayEach: Rule = (outline) => [
  ...outline.clusters.flatMap((entry, index) => [
    ...findings(entry, CLUSTER_CHOICE, ["clusters", index]),
    ...findings(entry?.auth, AUTH_CHOICE, ["clusters", index, "auth"]),
    ...findings(mapIn(entry?.auth, "gke"), GKE_CHOICE, ["clusters", index, "auth", "gke"]),
    ...findings(mapIn(entry?.auth, "aks"), AKS_CHOICE, ["clusters", index, "auth", "aks"]),
  ]),
  ...outline.receivers.flatMap((entry, index) => [
    ...findings(entry, RECEIVER_CHOICE, ["receivers", index]),
    ...findings(mapIn(entry, "slack"), SLACK_CHOICE, ["receivers", index, "slack"]),
  ]),
  ...sectionsOf(outline).flatMap(({ path, rules = [] }) =>
    rules.flatMap((rule, index) => findings(rule, RULE_CHOICE, [...path, "rules", index])),
  ),
];

/** What follows from a region is asked for where there is none, and a region is Huawei Cloud's. */
export const regionsFit: Rule = ({ clusters }) =>
  clusters.flatMap((entry, index) => {
    const path = ["clusters", index];
    const huawei = mapIn(entry?.auth, "huaweiToken");
    const isLost = huawei !== undefined && !("endpoint" in huawei) && entry?.server !== undefined;
    return [
      ...(isLost ? [{ path: [...path, "auth", "huaweiToken"], message: NO_ENDPOINT }] : []),
      ...(entry?.region !== undefined && entry.provider === "kubernetes"
        ? [{ path: [...path, "provider"], message: "provider: must be cci: a region is Huawei Cloud's" }]
        : []),
    ];
  });

const NO_ENDPOINT = 'missing key "endpoint": the cluster has no region';

function findings(map: object | undefined, choice: Choice, path: Path): readonly Finding[] {
  if (map === undefined) return [];
  return checkChoice(Object.keys(map), choice).map(({ key, message }) =>
    key === undefined ? { path, message } : { path: [...path, key], message, at: "key" },
  );
}
