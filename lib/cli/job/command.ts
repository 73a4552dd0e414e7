import { Command, Option } from "commander";
import { countOption } from "../options.ts";
import type { GetOptions } from "./get.ts";
import type { ListOptions } from "./list.ts";
import { keyOption, podsOption, secondsOption } from "./options.ts";
import type { PatchOptions } from "./patch.ts";

type Done = (exit: number) => void;

/** `jobbell job`: what people do to jobs by hand. */
export function jobCommand(done: Done): Command {
  return new Command("job")
    .description("List, show and change jobs of a cluster.")
    .addCommand(listCommand(done))
    .addCommand(getCommand(done))
    .addCommand(statusCommand(done))
    .addCommand(patchCommand(done))
    .addHelpText("after", EXAMPLES);
}

function listCommand(done: Done): Command {
  const command = new Command("list")
    .description("List the jobs of a namespace.")
    .argument("[KIND...]", "kinds such as tfjob or pytorchjobs (default: Job, PyTorchJob, TFJob)")
    .option("-n, --namespace <NS>", "the namespace")
    .option("-A, --all-namespaces", "all namespaces instead")
    .option("-l, --selector <LABELS>", "only jobs with these labels, such as team=vision")
    .option("--field-selector <FIELDS>", "only jobs with these fields, such as metadata.name=mnist")
    .option("--limit <N>", "at most this many of each kind", countOption);
  return withCluster(command).action(async (kinds: string[], options: ListOptions) =>
    done(await (await import("./list.ts")).list(kinds, options)),
  );
}

function getCommand(done: Done): Command {
  return withCluster(forOneJob("get", "Show one job."), "one line").action(
    async (kind: string, name: string | undefined, options: GetOptions) =>
      done(await (await import("./get.ts")).get(kind, name, options)),
  );
}

function statusCommand(done: Done): Command {
  return withCluster(forOneJob("status", "Show the status of one job, and the steps that led there.")).action(
    async (kind: string, name: string | undefined, options: GetOptions) =>
      done(await (await import("./get.ts")).status(kind, name, options)),
  );
}

function patchCommand(done: Done): Command {
  const command = forOneJob("patch", "Change one job. Each kind has its own list of what may be changed.")
    .option("--label <K=V>", "set a label, or take one away with K-; repeatable", keyOption)
    .option("--annotation <K=V>", "set an annotation, or take one away with K-; repeatable", keyOption)
    .option("--active-deadline <DURATION>", "how long it may run, such as 2h; none: no limit", secondsOption(1))
    .option(
      "--ttl-after-finished <DURATION>",
      "when to delete it once it ended, such as 1d; none: never",
      secondsOption(0),
    )
    .addOption(
      new Option("--clean-pod-policy <WHICH>", "which pods to delete once it ended").choices([
        "None",
        "Running",
        "All",
      ]),
    )
    .option("--parallelism <N>", "pods at a time, of a batch Job", podsOption)
    .option("--completions <N>", "pods that have to succeed, of a batch Job", podsOption)
    .option("--if-version <RV>", "only if this is still its resourceVersion")
    .option("--dry-run", "change nothing, say what would change");
  return withCluster(command, "what changed").action(
    async (kind: string, name: string | undefined, options: PatchOptions) =>
      done(await (await import("./patch.ts")).patch(kind, name, options)),
  );
}

function forOneJob(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<KIND>", "such as tfjob, or KIND/NAME")
    .argument("[NAME]", "name of the job")
    .option("-n, --namespace <NS>", "the namespace");
}

function withCluster(command: Command, otherwise = "a table"): Command {
  return command
    .addOption(new Option("-o, --output <FORMAT>", `instead of ${otherwise}`).choices(["json", "yaml", "name"]))
    .option("--kubeconfig <FILE>", "how to reach the cluster (default: $KUBECONFIG or ~/.kube/config)")
    .option("--context <NAME>", "the context of the kubeconfig (default: its current one)")
    .option("-c, --config <FILE>", "a configuration that says it instead (default with --cluster: jobbell.yml)")
    .option("--cluster <NAME>", "the cluster of the configuration (default: its only one)")
    .addOption(
      new Option("--provider <WHOSE>", "whose API it is (default: as configured, else kubernetes)").choices([
        "kubernetes",
        "cci",
      ]),
    )
    .option("-v, --verbose", "say more");
}

const EXAMPLES = `
Examples:
  jobbell job list -n ml --selector team=vision
  jobbell job get pytorchjob mnist -n ml -o yaml
  jobbell job status job/pi -n ml --config jobbell.yml --cluster prod
  jobbell job patch tfjob mnist -n ml --label tier=prod --active-deadline 2h --dry-run

Exit codes: 0 done, 1 the API refused (see the line on standard error), 2 bad usage or configuration.`;
