import { paginateScan } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Delivery, DeliveryQuery } from "../store.ts";
import { isKept } from "./conditions.ts";
import { decodeDelivery } from "./delivery-row.ts";
import { allOf, expressions, type Piece, piece } from "./expressions.ts";
import { DELIVERIES, deadList, type Key, receiverOf } from "./keys.ts";
import { all, readAll, type Table } from "./requests.ts";
import { LISTED } from "./table.ts";
import { queuedEntries } from "./waiting.ts";

const Keys = z.object({ pk: z.string(), sk: z.string() });

/** The indexes name what is pending and what is dead; for all else the whole table is read. */
export async function deliveries(table: Table, query: DeliveryQuery): Promise<readonly Delivery[]> {
  if (query.digest !== undefined) return scan(table, query);
  switch (query.state) {
    case "pending":
      return pending(table, query);
    case "dead":
      return dead(table, query);
    case "delivered":
    case undefined:
      return scan(table, query);
    default:
      return query.state satisfies never;
  }
}

async function pending(table: Table, query: DeliveryQuery): Promise<readonly Delivery[]> {
  const entries = (await queuedEntries(table)).filter((key) => isOf(key, query));
  const newest = [...entries].sort((a, b) => b.queuedAt - a.queuedAt || b.order - a.order);
  return rowsOf(table, newest.slice(0, query.limit), query);
}

async function dead(table: Table, query: DeliveryQuery): Promise<readonly Delivery[]> {
  const found = await Promise.all(table.shards.map((shard) => deadIn(table, shard)));
  const keys = found.flat().filter((key) => isOf(key, query));
  return rowsOf(table, keys, query);
}

async function deadIn(table: Table, shard: number): Promise<readonly Key[]> {
  const condition = piece("#list = :list", { ":list": deadList(shard) });
  const found = await all(table, { IndexName: LISTED, ...expressions({ KeyConditionExpression: condition }) });
  return found.map((item) => Keys.parse(item));
}

function isOf({ pk, sk }: Key, { receiver, eventId }: DeliveryQuery): boolean {
  return (receiver ?? receiverOf(pk)) === receiverOf(pk) && (eventId ?? sk) === sk;
}

// A backlog of dead ones may be long: of what was read no more is held than is asked for.
const TOGETHER = 100;

async function rowsOf(table: Table, keys: readonly Key[], query: DeliveryQuery): Promise<readonly Delivery[]> {
  let found: readonly Delivery[] = [];
  for (let from = 0; from < keys.length; from += TOGETHER) {
    const some = keys.slice(from, from + TOGETHER).map(({ pk, sk }) => ({ pk, sk }));
    const rows = (await readAll(table, some)).map((row) => decodeDelivery(row).delivery);
    found = newest([...found, ...rows.filter(({ state }) => state === query.state)], query);
  }
  return found;
}

async function scan(table: Table, query: DeliveryQuery): Promise<readonly Delivery[]> {
  const filter = expressions({ FilterExpression: allOf(isDelivery, isKept(table.now()), ...wanted(query)) });
  const { client, name: TableName } = table;
  let found: readonly Delivery[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ...filter })) {
    const rows = Items.map((item) => decodeDelivery(item).delivery);
    found = newest([...found, ...rows], query);
  }
  return found;
}

// Other rows of a stream have no state.
const isDelivery: Piece = piece("begins_with(#pk, :deliveries) AND attribute_exists(#state)", {
  ":deliveries": DELIVERIES,
});

function wanted({ state, receiver, eventId, digest }: DeliveryQuery): readonly Piece[] {
  return [
    ...(state === undefined ? [] : [piece("#state = :wantedState", { ":wantedState": state })]),
    ...(receiver === undefined ? [] : [piece("#receiver = :wantedReceiver", { ":wantedReceiver": receiver })]),
    ...(eventId === undefined ? [] : [piece("#sk = :wantedEvent", { ":wantedEvent": eventId })]),
    ...(digest === undefined ? [] : [piece("#digest = :wantedDigest", { ":wantedDigest": digest })]),
  ];
}

/** No more than are wanted are held. */
function newest(found: readonly Delivery[], { limit }: DeliveryQuery): readonly Delivery[] {
  return [...found].sort(byAge).slice(0, limit);
}

function byAge(a: Delivery, b: Delivery): number {
  return b.queuedAt - a.queuedAt || b.order - a.order || (a.event.id < b.event.id ? -1 : 1);
}
