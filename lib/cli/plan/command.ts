import { Command, Option } from "commander";
import { countOption, eventOption, several } from "../options.ts";
import type { PlanOptions } from "./input.ts";

/** `jobbell plan`: who would hear of what, and why. */
export function planCommand(done: (exit: number) => void): Command {
  return new Command("plan")
    .description("Show what would be sent to whom, and why, of the jobs in the cluster. Nothing is sent or remembered.")
    .option("-c, --config <FILE>", "the configuration", "jobbell.yml")
    .option("--from <FILE>", "of a list instead, as kubectl get -o json writes it; - is standard input")
    .addOption(new Option("--event <EVENT>", "of one imagined event instead").argParser(eventOption))
    .option("--kind <KIND>", "kind of its job (default: the first that is watched)")
    .option("-n, --namespace <NS>", "its namespace; without --event only the jobs there")
    .option("--name <NAME>", "its job's name (default: example); without --event only jobs of that name")
    .option("-l, --label <KEY=VALUE>", "a label of its job; repeatable", several)
    .option("--annotation <KEY=VALUE>", "an annotation of its job; repeatable", several)
    .option("--cluster <NAME>", "its cluster, or that of the list; otherwise only this one")
    .option("--store <FILE>", "where silences are looked up (default: the configuration's state file)")
    .option("--table <NAME>", "the table of an installation in AWS instead")
    .option("--region <REGION>", "where that is (default: AWS_REGION, or as the AWS profile has it)")
    .addOption(new Option("--limit <N>", "at most this many jobs").argParser(countOption).default(200))
    .option("--messages", "show what the messages would say, too")
    .addOption(new Option("-o, --output <FORMAT>", "instead of a table").choices(["json"]))
    .option("-v, --verbose", "say more")
    .addHelpText("after", EXAMPLES)
    .action(async (options: PlanOptions) => done(await (await import("./plan.ts")).plan(options)));
}

const EXAMPLES = `
Examples:
  jobbell plan
  jobbell plan --event Failed --kind TFJob --label tier=prod
  kubectl get pytorchjobs -n ml -o json | jobbell plan --from -
  jobbell plan --table jobbell-prod -o json

Exit codes: 0 shown, 1 a cluster could not be read, 2 bad usage or configuration.`;
