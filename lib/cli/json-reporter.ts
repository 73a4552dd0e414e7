import type { Reporter } from "./report.ts";

/** One JSON object a line, and nothing else. */
export function jsonReporter(write: (line: string) => void): Reporter {
  const line = (type: string, fields: object) => write(JSON.stringify({ type, ...fields }));
  return {
    started: () => {},
    event: (event, { verdicts, because }) => line("event", { ...event, verdicts, ...(because && { because }) }),
    delivery: ({ event, receiver, attempts }, settlement) => {
      const state = settlement.state === "retry" ? "retrying" : settlement.state;
      const error = settlement.state === "delivered" ? {} : { error: settlement.error };
      line("delivery", { id: event.id, receiver, state, attempts, ...error });
    },
    watch: () => {},
    tick: (summary) => line("tick", summary),
  };
}
