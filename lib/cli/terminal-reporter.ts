import { watchName } from "#polling/watch";
import type { Decision } from "#routing/decide";
import type { Delivery, Settlement } from "#store/store";
import { duration, inOneLine } from "#words/words";
import type { Reporter, TickSummary } from "./report.ts";
import { paint } from "./terminal.ts";

/** For a person who looks on: each event, each delivery that did not go well, and nothing while nothing happens. */
export function terminalReporter(write: (line: string) => void, verbose: boolean): Reporter {
  let summarize = verbose;
  return {
    started({ watches, intervalMs, once, state }) {
      summarize ||= once;
      const rhythm = once ? "once" : `every ${duration(intervalMs / 1000)}; Ctrl-C ends`;
      write(
        paint(
          "gray",
          `Jobbell watches ${counted(watches.length, "kind of job", "kinds of jobs")} ${rhythm}. State: ${state}`,
        ),
      );
    },
    event(event, decision) {
      write(`${paint("gray", event.at)} ${inOneLine(event)}`);
      for (const line of reasonsOf(decision)) write(paint("gray", `  ${line}`));
    },
    delivery(delivery, settlement) {
      const line = settlementLine(delivery, settlement);
      if (settlement.state !== "delivered" || verbose) write(line);
    },
    watch(watch, result) {
      if (result.state === "busy") write(paint("gray", `${watchName(watch)}: another process is reading them`));
      if (result.state !== "read" || !result.first) return;
      const where = `${watch.cluster}/${watch.namespace}`;
      write(
        paint(
          "gray",
          `First look at ${where}: ${counted(result.objects, watch.kind.resource.kind)} found, from now on changes are told`,
        ),
      );
    },
    tick(summary) {
      if (summarize) write(paint("gray", tickLine(summary)));
    },
  };
}

/** Who hears of an event and who does not, and why, in the words of `jobbell plan`. */
function reasonsOf({ verdicts, because }: Decision): readonly string[] {
  if (because !== undefined) return [`told to nobody: ${because}`];
  return verdicts.map((verdict) => `${verdict.told ? "to" : "not to"} ${verdict.receiver}: ${verdict.because}`);
}

/** `1 TFJob`, `3 TFJobs`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

function settlementLine({ event, receiver, attempts }: Delivery, settlement: Settlement): string {
  const what = `${event.event} of ${event.namespace}/${event.name} to ${receiver}`;
  switch (settlement.state) {
    case "delivered":
      return paint("gray", `delivered ${what}`);
    case "retry":
      return paint(
        "yellow",
        `will retry ${what} at ${new Date(settlement.nextAttemptAt).toISOString()} (attempt ${attempts}: ${settlement.error})`,
      );
    case "dead":
      return paint("red", `gave up ${what}: ${settlement.error}`);
    default:
      return settlement satisfies never;
  }
}

function tickLine({ objects, events, delivered, retrying, dead, requests, bytesRead, ms }: TickSummary): string {
  return `tick: ${counted(requests, "request")}, ${bytesRead} bytes, ${counted(objects, "object")}, ${counted(events, "event")}, ${delivered} delivered, ${retrying} waiting, ${dead} dead, ${ms} ms`;
}
