import { Command, Option } from "commander";
import { VERSION } from "#version";
import type { CheckOptions } from "./check.ts";
import { EXIT } from "./failure.ts";
import { jobCommand } from "./job/command.ts";
import { operatingCommands } from "./operate/commands.ts";
import { countOption, durationOption, several } from "./options.ts";
import { planCommand } from "./plan/command.ts";
import type { RunOptions } from "./run.ts";
import { silenceCommand } from "./silence/command.ts";

// Each command is loaded when it is called: the help has no use for a simulated cluster.
type Done = (exit: number) => void;

/** The `jobbell` command. `done` is told the exit code of what was run. */
export function program(done: Done): Command {
  const jobbell = new Command("jobbell")
    .description("Tells people what their Kubernetes jobs are doing: conditions become Slack messages and webhooks.")
    .version(VERSION)
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
  jobbell.addCommand(runCommand(done));
  jobbell.addCommand(checkCommand(done));
  jobbell.addCommand(planCommand(done));
  for (const command of operatingCommands(done)) jobbell.addCommand(command);
  jobbell.addCommand(silenceCommand(done));
  jobbell.addCommand(demoCommand(done));
  jobbell.addCommand(jobCommand(done));
  jobbell.commands.forEach(strict);
  return jobbell;
}

function strict(command: Command): void {
  command.exitOverride().showHelpAfterError("(add --help for more)");
  command.commands.forEach(strict);
}

function runCommand(done: Done): Command {
  return new Command("run")
    .description("Watch the jobs of namespaces and post each transition. Stop it with Ctrl-C; it goes on where it was.")
    .option("-c, --config <FILE>", "the configuration (default: jobbell.yml)")
    .option("--kubeconfig <FILE>", "how to reach the cluster (default: $KUBECONFIG or ~/.kube/config)")
    .option("--context <NAME>", "the context of the kubeconfig (default: its current one)")
    .option(
      "-n, --namespace <NS>",
      "watch this namespace, or those of a pattern such as 'ml-*', instead of those of a configuration; repeatable",
      several,
    )
    .option("-A, --all-namespaces", "watch all namespaces")
    .option("--kind <KIND>", "Job, PyTorchJob, TFJob, MPIJob, …; repeatable (default: Job, PyTorchJob, TFJob)", several)
    .option("-l, --selector <LABELS>", "only jobs with these labels, such as team=vision")
    .option("--field-selector <FIELDS>", "only jobs with these fields, such as metadata.name=mnist")
    .option("--page-size <N>", "jobs a request (default: 500)", countOption)
    .option("--slack <URL>", "post to this Slack incoming webhook")
    .option("--webhook <URL>", "post to this address, as Standard Webhooks say")
    .addOption(
      new Option(
        "--webhook-secret <SECRET>",
        "sign those posts with this whsec_… (give it by reference, see the examples)",
      ),
    )
    .addOption(
      new Option("--first-tick <MODE>", "what to say of jobs that are there already (default: silent)").choices([
        "silent",
        "announce",
      ]),
    )
    .option("--interval <DURATION>", "time between two looks, such as 30s or 5m (default: 30s)", durationOption)
    .option("--state <FILE>", "what is remembered between runs (default: jobbell.db)")
    .option(
      "--once",
      "look once, deliver what is due, and end: exit code 1 if a watch failed or a delivery was given up",
    )
    .option("--json", "one JSON object a line on standard output, and nothing else there")
    .option("-v, --verbose", "say more")
    .addHelpText("after", RUN_EXAMPLES)
    .action(async (options: RunOptions) => done(await (await import("./run.ts")).run(options)));
}

function checkCommand(done: Done): Command {
  return new Command("check")
    .description("Check a configuration and its secret references. Nothing is contacted but the stores of secrets.")
    .option("-c, --config <FILE>", "the configuration", "jobbell.yml")
    .option("-v, --verbose", "say more")
    .addHelpText(
      "after",
      "\nExample:\n  jobbell check --config jobbell.yml\n\nExit code: 0 if it is good, 1 with file:line:column for each problem.",
    )
    .action(async (options: CheckOptions) => done(await (await import("./check.ts")).check(options)));
}

function demoCommand(done: Done): Command {
  return new Command("demo")
    .description("Watch a simulated cluster and show the messages here. Nothing leaves this machine.")
    .option("--for <DURATION>", "end after this time, such as 20s", durationOption)
    .addOption(new Option("--seed <TEXT>", "another seed, other jobs").default("jobbell"))
    .option("-v, --verbose", "say more")
    .addHelpText("after", "\nExample:\n  jobbell demo --for 20s")
    .action(async (options: { for?: number; seed: string }) => done(await (await import("./demo.ts")).demo(options)));
}

const RUN_EXAMPLES = `
Examples:
  jobbell run --config jobbell.yml
  jobbell run -n ml --kind TFJob --kind PyTorchJob --slack '\${env:SLACK_WEBHOOK}'
  jobbell run -n ml --webhook https://hooks.example.com/jobs --webhook-secret '\${env:HOOK_SECRET}'
  jobbell run --kubeconfig ./prod.yaml -n ml -n research --slack '\${file:slack-url}' --once --json
  jobbell run -A --kind PyTorchJob --slack '\${env:SLACK_WEBHOOK}'

Exit codes: 0 done, 1 something failed (see the line on standard error), ${EXIT.usage} bad usage or configuration.`;
