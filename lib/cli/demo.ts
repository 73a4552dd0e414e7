import { staticToken } from "#cluster/auth/static-token";
import { openCluster } from "#cluster/http-cluster";
import type { JobEvent } from "#jobs/event";
import { KINDS } from "#jobs/kinds/registry";
import type { Watch } from "#polling/watch";
import type { Receiver } from "#receivers/receiver";
import { everythingTo } from "#routing/route";
import type { Rule } from "#rules/rule";
import { type Simulation, startSimulation } from "#sim/simulation";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { pause, type Services } from "#wiring";
import { EXIT } from "./failure.ts";
import { onInterrupt } from "./interrupt.ts";
import { runLoop } from "./loop.ts";
import { print } from "./print.ts";
import type { Reporter } from "./report.ts";
import { messageLines, paint } from "./terminal.ts";
import { counted } from "./terminal-reporter.ts";

const CLUSTER = "demo";
const INTERVAL_MS = 1000;
// Nobody checks it: what is simulated should look like the real thing on the wire as well.
const TOKEN = "demo";

/** `jobbell demo`: the whole way from a cluster to messages, with both ends on this machine. Returns the exit code. */
export async function demo({ for: duration, seed }: { readonly for?: number; readonly seed: string }): Promise<number> {
  await using simulation = await startSimulation({ seed, now: Date.now, token: TOKEN });
  const shown = new Map<JobEvent["event"], number>();
  const services = servicesOf(simulation, (event) => {
    shown.set(event.event, (shown.get(event.event) ?? 0) + 1);
    print(`\n${messageLines(event).join("\n")}`);
  });
  introduce(simulation, duration);
  const { stop, cut, end } = onInterrupt();
  if (duration !== undefined) pause(duration, stop).then(end);
  await runLoop(services, { intervalMs: INTERVAL_MS, stop, cut, reporter: silent() });
  await services[Symbol.asyncDispose]();
  conclude(simulation, shown);
  return EXIT.ok;
}

function servicesOf(simulation: Simulation, show: (event: JobEvent) => void): Services {
  const receiver = terminalReceiver(show);
  const cluster = openCluster({ name: CLUSTER, server: simulation.url, tls: {}, credentials: staticToken(TOKEN) });
  const store = sqliteStore(":memory:");
  return {
    store,
    receivers: new Map([[receiver.name, receiver]]),
    clusters: new Map([[CLUSTER, cluster]]),
    watches: watchesOf(simulation, receiver.name),
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await store.close();
    },
  };
}

function watchesOf({ namespaces, resources }: Simulation, receiver: string): readonly Watch[] {
  const kinds = KINDS.filter(({ resource }) => resources.some(({ kind }) => kind === resource.kind));
  const common = { cluster: CLUSTER, pageSize: 500, firstTick: "announce", explain: true, rules: RULES } as const;
  const routes = [everythingTo([receiver])];
  return namespaces.flatMap((namespace) => kinds.map((kind) => ({ ...common, namespace, kind, routes })));
}

// A day of this cluster is some minutes long.
const RULES: readonly Rule[] = [
  { type: "pendingFor", seconds: 8 },
  { type: "runningFor", seconds: 25 },
];

/** A receiver that shows its messages here: to the rest of Jobbell it is like any other. */
function terminalReceiver(show: (event: JobEvent) => void): Receiver {
  return {
    name: "terminal",
    kind: "terminal",
    minGapMs: 0,
    send: async (event) => {
      show(event);
      return { state: "delivered" };
    },
  };
}

function silent(): Reporter {
  return { started: () => {}, event: () => {}, delivery: () => {}, watch: () => {}, tick: () => {} };
}

function introduce({ namespaces }: Simulation, duration: number | undefined): void {
  print(paint("bold", "Jobbell demo: a simulated Kubernetes cluster, and the messages that it would post to Slack."));
  print(
    paint(
      "gray",
      `Jobs in ${namespaces.join(" and ")} are made up; lists, comparisons, store and deliveries are the real ones.`,
    ),
  );
  print(paint("gray", "On a cluster of yours: jobbell run -n NAMESPACE --slack URL (jobbell run --help)"));
  if (duration === undefined) print(paint("gray", "Ctrl-C ends it."));
}

function conclude({ server }: Simulation, shown: ReadonlyMap<string, number>): void {
  const total = [...shown.values()].reduce((sum, count) => sum + count, 0);
  const each = [...shown].map(([event, count]) => `${count} ${event}`).join(", ");
  print(
    `\n${paint("bold", counted(total, "message"))}${each === "" ? "" : `: ${each}`}. ${counted(server.requestCount, "request")} to the cluster.`,
  );
}
