import * as z from "zod";
import type { Resource } from "#jobs/job";
import { jsonOf } from "#text/json";
import type { Burst, WatchEvent } from "./cluster.ts";
import { linesOf } from "./lines.ts";

/** Why nothing follows, as the server says it. */
interface End {
  readonly type: "end";
  readonly state: Extract<Burst<never>["state"], "gone" | "error">;
}

const TYPES = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

const Line = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]),
  object: z.looseObject({ kind: z.string(), metadata: z.looseObject({ resourceVersion: z.string().min(1) }) }),
});

const Expired = z.object({ type: z.literal("ERROR"), object: z.object({ code: z.literal(410) }) });

/** The events of a watch, and as the last one its end, where the server says why. Throws where the body breaks off. */
export async function* eventsOf<T>(
  body: AsyncIterable<Buffer>,
  { kind }: Resource,
  read: (object: unknown) => T,
): AsyncGenerator<WatchEvent<T> | End> {
  for await (const text of linesOf(body)) {
    const json = jsonOf(text);
    const line = Line.safeParse(json);
    // Its version cannot be known, so nothing that comes after it can be gone on from.
    if (!line.success || line.data.object.kind !== kind) {
      yield { type: "end", state: Expired.safeParse(json).success ? "gone" : "error" };
      return;
    }
    yield eventOf(line.data, read);
  }
}

function eventOf<T>({ type, object }: z.output<typeof Line>, read: (object: unknown) => T): WatchEvent<T> {
  const { resourceVersion } = object.metadata;
  return type === "BOOKMARK"
    ? { type: "bookmark", resourceVersion }
    : { type: TYPES[type], resourceVersion, object: read(object) };
}
