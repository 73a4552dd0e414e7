import { setTimeout } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/** Waits until something holds that is expected to hold in a moment. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await setTimeout(20);
  }
}
