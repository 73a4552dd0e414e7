import type { JobEvent } from "#jobs/event";
import type { TickResult } from "#polling/tick";
import type { Watch } from "#polling/watch";
import type { Decision } from "#routing/decide";
import type { Delivery, Settlement } from "#store/store";

/** Numbers of one poll and of the deliveries since the poll before it. */
export interface TickSummary {
  readonly watches: number;
  readonly requests: number;
  /** Body bytes, uncompressed. */
  readonly bytesRead: number;
  readonly objects: number;
  readonly events: number;
  readonly delivered: number;
  /** Deliveries that wait for another attempt or for their turn. */
  readonly retrying: number;
  /** Deliveries given up since the poll before. */
  readonly dead: number;
  readonly errors: readonly { readonly watch: string; readonly code: string; readonly message: string }[];
  readonly ms: number;
}

/** Who is told of what a run does: a person at a terminal, or a program that reads JSON lines. */
export interface Reporter {
  started(run: {
    readonly watches: readonly Watch[];
    readonly intervalMs: number;
    readonly once: boolean;
    readonly state: string;
  }): void;
  event(event: JobEvent, decision: Decision): void;
  delivery(delivery: Delivery, settlement: Settlement): void;
  watch(watch: Watch, result: TickResult): void;
  tick(summary: TickSummary): void;
}
