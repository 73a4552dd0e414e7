import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Silence } from "#routing/silence";
import * as schemas from "../schemas.ts";

const Row = z.object({ silence: schemas.json(schemas.Silence) });

const PUT = `
  INSERT INTO silence (id, silence, starts_at, ends_at) VALUES (:id, :silence, :startsAt, :endsAt)
  ON CONFLICT (id) DO UPDATE SET silence = :silence, starts_at = :startsAt, ends_at = :endsAt`;

/** Until when nobody hears of what. */
export function silenceTable(database: DatabaseSync) {
  const all = database.prepare("SELECT silence FROM silence ORDER BY starts_at DESC, id");
  const put = database.prepare(PUT);

  return {
    all: (): readonly Silence[] =>
      z
        .array(Row)
        .parse(all.all())
        .map(({ silence }) => silence),
    put(silence: Silence): void {
      const { id, startsAt, endsAt } = silence;
      put.run({ id, silence: JSON.stringify(silence), startsAt: Math.floor(startsAt), endsAt: Math.ceil(endsAt) });
    },
  };
}
