import { type Consumed, NOTHING, openMeteredTable, plus } from "../metered.ts";
import { deliverEach, tickOnce } from "../ticks.ts";
import { ROUTES, START, watchesOf } from "../workload.ts";
import { countingStore, emptyTables } from "./counting-store.ts";
import { openLedger } from "./ledger.ts";

const TICKS = 20;
const MINUTE = 60_000;

/** The same ticks, deliveries and looks at the outbox on DynamoDB Local and on the counting store: what each of them counted. */
export async function checkModel(): Promise<{ readonly local: Consumed; readonly model: Consumed }> {
  const watches = watchesOf(ROUTES.starts);
  const [tables, ledger] = [emptyTables(), openLedger()];
  let now = START;
  await using table = await openMeteredTable(() => now);
  let local = NOTHING;
  for (let tick = 0; tick <= TICKS; tick += 1) {
    now = START + tick * MINUTE;
    for (const open of [table.open, () => countingStore(tables, ledger, () => now)]) {
      const streams = await tickOnce(open(), watches, now);
      await open().due(now, 64);
      await deliverEach(open(), streams, now);
      await open().counts();
    }
    local = plus(local, table.consumed());
  }
  return { local, model: ledger.totals() };
}
