import { Command, InvalidArgumentError, Option } from "commander";
import { withPlace } from "../operate/place-options.ts";
import { durationOption, eventsOption, several } from "../options.ts";
import type { AddOptions } from "./add.ts";
import type { EndOptions } from "./end.ts";
import type { ListOptions } from "./list.ts";

type Done = (exit: number) => void;

/** `jobbell silence`: for a while nobody hears of some jobs. */
export function silenceCommand(done: Done): Command {
  const silence = new Command("silence").description(
    "Tell nobody of some jobs for a while. What happens meanwhile is remembered, and not told afterwards.",
  );
  for (const command of [addCommand(done), listCommand(done), endCommand(done)]) silence.addCommand(command);
  return silence;
}

function addCommand(done: Done): Command {
  const command = new Command("add")
    .description("Silence the events that fit all that is said; of an option that is repeated one value.")
    .option("--event <EVENT>", "only this event, such as Failed or Stalled; repeatable", eventsOption)
    .option("--cluster <NAME>", "only jobs of this cluster; * for any characters; repeatable", several)
    .option("-n, --namespace <NS>", "only in this namespace, or those of a pattern such as 'ml-*'; repeatable", several)
    .option("--kind <KIND>", "only of this kind; repeatable", several)
    .option("--name <NAME>", "only jobs of this name, or of a pattern such as 'train-*'; repeatable", several)
    .option("-l, --label <KEY=VALUE>", "only jobs with this label, whose value may be a pattern; repeatable", several)
    .option("--receiver <NAME>", "only for this receiver, or those of a pattern; repeatable", several)
    .option("--all", "everything")
    .option("--for <DURATION>", "how long, such as 30m, 2h or 3d", durationOption)
    .addOption(new Option("--until <TIME>", "or until when, such as 2026-11-22T07:00Z").argParser(timeOption))
    .addOption(new Option("--from <TIME>", "from when on (default: now)").argParser(timeOption))
    .requiredOption("--comment <TEXT>", "why")
    .option("--author <NAME>", "who says so (default: your user name)");
  return withPlace(command)
    .addHelpText("after", ADD_EXAMPLES)
    .action(async (options: AddOptions) => done(await (await import("./add.ts")).add(options)));
}

function listCommand(done: Done): Command {
  const command = new Command("list")
    .description("List the silences that hold, and those that are to come.")
    .option("--all", "also those that ended in the last 30 days")
    .addOption(new Option("-o, --output <FORMAT>", "instead of a table").choices(["json"]));
  return withPlace(command).action(async (options: ListOptions) =>
    done(await (await import("./list.ts")).list(options)),
  );
}

function endCommand(done: Done): Command {
  const command = new Command("end").description("End a silence now.").argument("<ID>", "sil_…");
  return withPlace(command).action(async (id: string, options: EndOptions) =>
    done(await (await import("./end.ts")).end(id, options)),
  );
}

// Without a zone it would be another time on each machine.
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339, seconds may be left out -> milliseconds. */
function timeOption(text: string): number {
  const at = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("Write a time with its zone, such as 2026-11-22T07:00Z or 2026-11-22T07:00+01:00.");
  return at;
}

const ADD_EXAMPLES = `
Examples:
  jobbell silence add -n ml --for 2h --comment 'node pool is replaced'
  jobbell silence add --event Failed --kind TFJob --name 'smoke-*' --for 3d --comment 'known, see #1234'
  jobbell silence add --label tier=dev --receiver on-call --until 2026-11-23T07:00Z --comment weekend
  jobbell silence add --all --for 30m --comment 'upgrade of the cluster' --table jobbell-prod

Exit codes: 0 silenced, 1 something failed, 2 bad usage or configuration.`;
