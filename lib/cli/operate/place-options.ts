import type { Command } from "commander";

/** The options by which every command that works on the store finds it. */
export function withPlace(command: Command): Command {
  return command
    .option("-c, --config <FILE>", "the configuration whose state it is (default: jobbell.yml, where there is one)")
    .option("--store <FILE>", "the state file itself, which run calls --state (default: jobbell.db)")
    .option("--table <NAME>", "the table of an installation in AWS instead")
    .option("--region <REGION>", "where that is (default: AWS_REGION, or as the AWS profile has it)")
    .option("-v, --verbose", "say more");
}
