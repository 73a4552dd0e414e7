import { existsSync } from "node:fs";
import { type Config, loadConfig } from "#config/config";
import { matches } from "#jobs/namespaces";
import type { Watch } from "#polling/watch";
import type { Silence } from "#routing/silence";
import { watchesOf } from "#wiring";
import { quietUntilOf } from "#wiring/quiet";
import { EXIT, UsageError } from "../failure.ts";
import { kindOf } from "../job/kind.ts";
import { withStore } from "../operate/place.ts";
import { complain, print } from "../print.ts";
import { jsonOf } from "../printable.ts";
import { counted } from "../terminal-reporter.ts";
import { imagined } from "./imagined.ts";
import type { Plan, PlanInput, PlanOptions } from "./input.ts";
import { live } from "./live.ts";
import { messagesOf } from "./messages.ts";
import { recorded } from "./recorded.ts";
import { recordOf, tableOf } from "./rows.ts";

/** `jobbell plan`. Returns the exit code. */
export async function plan(options: PlanOptions): Promise<number> {
  checkUsage(options);
  const config = await loadConfig(options.config);
  const [silences, now] = [await silencesOf(config, options), Date.now()];
  const quietUntil = (receiver: string, at: number) => quietUntilOf(config.receivers, receiver, at);
  const input = { config, watches: wantedOf(config, options), silences, quietUntil, options, now };
  const made = await planOf(input);
  if (options.output === "json") print(jsonOf(made.planned.map(recordOf)));
  else if (made.planned.length > 0) tableOf(made.planned).forEach(print);
  if (options.messages) messagesOf(made.planned, config.receivers).forEach(print);
  made.remarks.forEach(complain);
  complain(`${counted(made.jobs, "job")}; this is a plan, nothing was sent`);
  return made.failed ? EXIT.failed : EXIT.ok;
}

function planOf(input: PlanInput): Promise<Plan> {
  const { event, from } = input.options;
  if (event !== undefined) return imagined(input, event);
  return from === undefined ? live(input) : recorded(input, from);
}

function checkUsage(options: PlanOptions): void {
  const { event, from, label, annotation, store, table, region, messages, output } = options;
  if (event !== undefined && from !== undefined)
    throw new UsageError("--event and --from exclude each other: imagine an event, or bring a list");
  if (event === undefined && (label !== undefined || annotation !== undefined))
    throw new UsageError("--label and --annotation say what the job of --event EVENT carries");
  if (messages && output === "json") throw new UsageError("--messages and --output exclude each other");
  if (store !== undefined && table !== undefined) throw new UsageError("--store and --table exclude each other");
  if (region !== undefined && table === undefined) throw new UsageError("--region goes with --table NAME");
}

/** The watches of the cluster, the namespace and the kind that are asked for. */
function wantedOf(config: Config, { cluster, namespace, kind, event }: PlanOptions): readonly Watch[] {
  const names = config.clusters.map(({ name }) => name);
  if (cluster !== undefined && !names.includes(cluster))
    throw new UsageError(`--cluster: there is no cluster "${cluster}", there are: ${names.join(", ")}`);
  const named = kind === undefined ? undefined : kindOf(kind).resource.kind;
  const wanted = watchesOf(config).filter(
    (watch) =>
      (cluster ?? watch.cluster) === watch.cluster &&
      (named ?? watch.kind.resource.kind) === watch.kind.resource.kind &&
      (namespace === undefined || matches(watch.namespace, namespace)),
  );
  if (wanted.length > 0 || event !== undefined) return wanted;
  throw new UsageError("the configuration watches nothing of the kind: look at --cluster, --namespace and --kind");
}

/** Those of the store that a run would ask; none where nothing ran yet. */
async function silencesOf({ statePath }: Config, { store, table, region }: PlanOptions): Promise<readonly Silence[]> {
  if (table !== undefined) return withStore({ table, ...(region && { region }) }, (opened) => opened.silences());
  if (store === undefined && !existsSync(statePath)) return [];
  return withStore({ store: store ?? statePath }, (opened) => opened.silences());
}
