import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Silence } from "#routing/silence";
import { KEEP } from "../keep.ts";
import * as schemas from "../schemas.ts";
import { isKept, ttl } from "./conditions.ts";
import { expressions, piece } from "./expressions.ts";
import { silenceKey } from "./keys.ts";
import { all, type Table } from "./requests.ts";

const Row = z.object({ silence: schemas.json(schemas.Silence) });

/** Read strongly: whoever made one expects that the next event is not told. */
export async function silences(table: Table): Promise<readonly Silence[]> {
  const rows = piece("#pk = :pk", { ":pk": silenceKey("").pk });
  const query = expressions({ KeyConditionExpression: rows, FilterExpression: isKept(table.now()) });
  const found = (await all(table, { ...query, ConsistentRead: true })).map((item) => Row.parse(item).silence);
  return found.sort((a, b) => b.startsAt - a.startsAt || (a.id < b.id ? -1 : 1));
}

export async function putSilence({ client, name: TableName }: Table, silence: Silence): Promise<void> {
  const { id, endsAt } = silence;
  const Item = { ...silenceKey(id), silence: JSON.stringify(silence), ttl: ttl(endsAt + KEEP.silence) };
  await client.send(new PutCommand({ TableName, Item }));
}
