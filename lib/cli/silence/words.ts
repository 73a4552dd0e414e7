import type { Silence } from "#routing/silence";

/** `Failed, Stalled of TFJobs train-* in ml-*, label tier=prod, to on-call` */
export function silencedInWords({ on, match, receivers }: Silence): string {
  const { clusters, namespaces, kinds, names, labels = {} } = match;
  const jobs = [kinds?.map((kind) => `${kind}s`).join(", ") ?? "jobs", names?.join(", ")].filter(Boolean).join(" ");
  const carried = Object.entries(labels).map(([key, values]) => `label ${key}=${values.join(" or ")}`);
  return [
    `${on?.join(", ") ?? "every event"} of ${jobs}${namespaces === undefined ? "" : ` in ${namespaces.join(", ")}`}`,
    ...(clusters === undefined ? [] : [`cluster ${clusters.join(", ")}`]),
    ...carried,
    ...(receivers === undefined ? [] : [`to ${receivers.join(", ")}`]),
  ].join(", ");
}
