import { Command, Option } from "commander";
import { EVENT_TYPES } from "#jobs/event";
import { DELIVERY_STATES } from "#store/store";
import { countOption } from "../options.ts";
import type { DeliveriesOptions } from "./deliveries.ts";
import { withPlace } from "./place-options.ts";
import type { ReplayOptions } from "./replay.ts";
import type { TestOptions } from "./send-test.ts";
import type { StatusOptions } from "./status.ts";

type Done = (exit: number) => void;

/** What people do with a Jobbell that runs, here or in AWS: look at it, try its receivers, and send again. */
export function operatingCommands(done: Done): readonly Command[] {
  return [statusCommand(done), deliveriesCommand(done), replayCommand(done), testCommand(done)];
}

function statusCommand(done: Done): Command {
  const command = new Command("status")
    .description("Show when each watch was last read, what is wrong with it, and what waits to be delivered.")
    .addOption(new Option("-o, --output <FORMAT>", "instead of a table").choices(["json"]))
    .option("--check", "exit code 1 if a watch fails or a delivery is dead");
  return withPlace(command)
    .addHelpText("after", "\nExamples:\n  jobbell status\n  jobbell status --table jobbell-prod --check")
    .action(async (options: StatusOptions) => done(await (await import("./status.ts")).status(options)));
}

function deliveriesCommand(done: Done): Command {
  const command = new Command("deliveries")
    .description("List what waits, what was delivered in the last 7 days, and what was given up in the last 30.")
    .addOption(new Option("--state <STATE>", "only those in this state").choices(DELIVERY_STATES))
    .option("--receiver <NAME>", "only those to this receiver")
    .option("--event <ID>", "only those of this event, evt_…")
    .option("--digest <ID>", "only those that this message told of, dig_…")
    .addOption(new Option("--limit <N>", "at most this many, the last first").argParser(countOption).default(50))
    .addOption(new Option("-o, --output <FORMAT>", "instead of a table").choices(["json"]));
  return withPlace(command)
    .addHelpText("after", DELIVERIES_EXAMPLES)
    .action(async (options: DeliveriesOptions) => done(await (await import("./deliveries.ts")).deliveries(options)));
}

function replayCommand(done: Done): Command {
  const command = new Command("replay")
    .description("Deliver once more what was delivered or given up. Who runs picks it up: this command posts nothing.")
    .argument("[ID]", "an event, evt_…, to each receiver that it went to")
    .option("--dead", "all that was given up, instead")
    .option("--receiver <NAME>", "only to this receiver")
    .option("--dry-run", "change nothing, list what would be queued");
  return withPlace(command)
    .addHelpText("after", REPLAY_EXAMPLES)
    .action(async (id: string | undefined, options: ReplayOptions) =>
      done(await (await import("./replay.ts")).replay(id, options)),
    );
}

function testCommand(done: Done): Command {
  return new Command("test")
    .description("Send a sample message to a receiver, and say what came back. Nothing is remembered of it.")
    .argument("<RECEIVER>", "its name in the configuration")
    .option("-c, --config <FILE>", "the configuration", "jobbell.yml")
    .addOption(new Option("--event <EVENT>", "what the sample tells of").choices(EVENT_TYPES).default("Failed"))
    .option("-v, --verbose", "say more")
    .addHelpText("after", TEST_EXAMPLES)
    .action(async (name: string, options: TestOptions) =>
      done(await (await import("./send-test.ts")).sendTest(name, options)),
    );
}

const DELIVERIES_EXAMPLES = `
Examples:
  jobbell deliveries --state dead
  jobbell deliveries --receiver ml-alerts --limit 10 -o json
  jobbell deliveries --state pending --table jobbell-prod --region eu-central-1`;

const REPLAY_EXAMPLES = `
Examples:
  jobbell replay evt_0123456789abcdef0123456789abcdef --receiver ml-alerts
  jobbell replay --dead --receiver ml-alerts --dry-run
  jobbell replay --dead --table jobbell-prod

Exit codes: 0 queued, 1 there was nothing to queue, 2 bad usage or configuration.`;

const TEST_EXAMPLES = `
Examples:
  jobbell test ml-alerts
  jobbell test pipeline --config jobbell.yml --event Succeeded

Exit codes: 0 delivered, 1 not delivered (see the line on standard error), 2 bad usage or configuration.`;
