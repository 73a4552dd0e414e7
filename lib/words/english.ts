import { causeIn } from "./cause.ts";
import type { Found, Texts } from "./texts.ts";

/** Jobbell's words in English. */
export const ENGLISH: Texts = {
  states: {
    Created: "Created",
    Running: "Running",
    Restarting: "Restarting",
    Suspended: "Suspended",
    Resumed: "Resumed",
    Succeeded: "Succeeded",
    Failed: "Failed",
    Vanished: "Vanished",
    Stalled: "Stalled",
    Overdue: "Overdue",
    Flapping: "Flapping",
    Recovered: "Recovered",
  },
  runningAgain: "Running again",
  labels: {
    name: "Name",
    namespace: "Namespace",
    cluster: "Cluster",
    kind: "Kind",
    ranFor: "Ran for",
    startTook: "Start took",
    sinceStart: "Since start",
    before: "Before",
    state: "State",
    replicas: "Replicas",
    uid: "Uid",
    time: "Time",
    reason: "Reason",
    message: "Message",
    cause: "Cause",
    rule: "Rule",
    labels: "Labels",
    warnings: "Warnings",
    log: "Log",
    links: "Links",
  },
  units: { d: "d", h: "h", min: "min", s: "s" },
  marks: { colon: ": ", comma: ", ", semicolon: "; ", stop: ". " },
  brackets: (text) => ` (${text})`,
  timing: (label, length) => `${label.toLowerCase()} ${length}`,
  lasted: (state, length) => `${state} for ${length}`,
  replicas: (type, counts) => `${type} ${counts.join(", ")}`,
  count: {
    active: (count) => `${count} active`,
    succeeded: (count) => `${count} succeeded`,
    failed: (count) => `${count} failed`,
  },
  found: {
    pendingFor: (found) => `pending for ${withLimit(found)}`,
    runningFor: (found) => `running for ${withLimit(found)}`,
    suspendedFor: (found) => `suspended for ${withLimit(found)}`,
    restarts: ({ restarts, limit, moreThan }) => `${restarts} restarts within ${limit}, limit ${moreThan}`,
  },
  over: (state, length) => `was ${state} for ${length}`,
  pod: (replica, pod) =>
    replica === undefined ? (pod ?? "A pod") : `${replica}${pod === undefined ? "" : ` (${pod})`}`,
  cause: causeIn({
    oom: "was killed: out of memory",
    evicted: "was evicted",
    image: "cannot pull its image",
    crashLoop: "keeps crashing",
    unschedulable: "Unschedulable",
    noStart: "could not start",
    killed: (signal) => `was killed by ${signal}`,
    exited: (exitCode) => `ended with exit code ${exitCode}`,
    failed: "failed",
    exitCode: (exitCode) => `exit code ${exitCode}`,
    colon: ": ",
    comma: ", ",
    brackets: (text) => ` (${text})`,
    joined: (who, what) => `${who} ${what}`,
  }),
  logOf: (where) => `Log of ${where}`,
  events: (events, jobs) => `${events} events of ${jobs} ${jobs === 1 ? "job" : "jobs"}`,
  tally: (count, state) => `${count} ${state}`,
  moreNamespaces: (count) => `${count} more namespaces`,
  more: (count) => `… and ${count} more`,
  hint: (digest) => `jobbell deliveries lists all that is in ${digest}`,
  at: " at ",
  date: (style, year, month, day) =>
    style === "short" ? `${day} ${MONTHS[month - 1]?.slice(0, 3)}` : `${day} ${MONTHS[month - 1]} ${year}`,
};

function withLimit({ length, limit, isOver }: Found): string {
  return isOver ? `${length}, limit ${limit}` : limit;
}

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
