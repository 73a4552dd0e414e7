interface Job {
  readonly name: string;
  readonly namespace: string;
  /** The replica type that has a failed pod. */
  readonly failing: string;
}

type Words = (job: Job) => string;

/** What the conditions say to people; each kind's controller has its own habits. */
export type KubeflowWords = Readonly<
  Record<"Created" | "Running" | "Restarting" | "Suspended" | "Resumed" | "Succeeded" | "Failed", Words>
>;

export function wordsOf(kind: string): KubeflowWords {
  const said =
    (words: string): Words =>
    ({ name }) =>
      `${kind} ${name} ${words}`;
  return {
    Created: said("is created."),
    Suspended: said("is suspended."),
    Resumed: said("is resumed."),
    ...(NAMES_NAMESPACE.has(kind) ? wordsWithNamespace(kind) : wordsWithoutNamespace(kind)),
  };
}

const NAMES_NAMESPACE = new Set(["TFJob", "MPIJob", "JAXJob"]);

function wordsWithNamespace(kind: string) {
  const said =
    (words: Words): Words =>
    (job) =>
      `${kind} ${job.namespace}/${job.name} ${words(job)}`;
  return {
    Running: said(() => "is running."),
    Restarting: said(({ failing }) => `is restarting because 1 ${failing} replica(s) failed.`),
    Succeeded: said(() => "successfully completed."),
    Failed: said(({ failing }) => `has failed because 1 ${failing} replica(s) failed.`),
  };
}

function wordsWithoutNamespace(kind: string) {
  const said =
    (words: Words): Words =>
    (job) =>
      `${kind} ${job.name} ${words(job)}`;
  return {
    Running: said(() => "is running."),
    Restarting: said(({ failing }) => `is restarting because 1 ${failing} replica(s) failed.`),
    Succeeded: said(() => "is successfully completed."),
    Failed: said(({ failing }) => `is failed because 1 ${failing} replica(s) failed.`),
  };
}
