import * as z from "zod";
import type { Stream } from "../store.ts";
import { StoreError } from "../store-error.ts";

const Keys = z.object({ pk: z.object({ S: z.templateLiteral(["delivery#", z.string()]) }) });

/** The stream of deliveries whose row a record of the table's own stream tells of. Throws a {@link StoreError} for a record of any other row. */
export function streamOfRecord(keys: unknown): Stream {
  const parsed = Keys.safeParse(keys);
  const [, uid, ...receiver] = parsed.success ? parsed.data.pk.S.split("#") : [];
  if (uid === undefined || receiver.length === 0) {
    throw new StoreError(
      "damaged",
      "A record of the table's stream is not one of a delivery: look at the stream's filter.",
    );
  }
  return { uid: uid.replaceAll("%23", "#").replaceAll("%25", "%"), receiver: receiver.join("#") };
}
