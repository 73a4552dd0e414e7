import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { KEEP } from "../keep.ts";
import { nextVersion } from "../lane.ts";
import type { LaneRow, Millis } from "../store.ts";
import { hasVersion, isAbsent, isDropped, ttl } from "./conditions.ts";
import { expressions } from "./expressions.ts";
import { laneKey } from "./keys.ts";
import { read, type Table, unlessRefused } from "./requests.ts";

const Row = z.object({ v: z.number(), state: z.string(), ttl: z.number() });

export async function lane(table: Table, name: string): Promise<LaneRow | undefined> {
  const item = await read(table, laneKey(name));
  if (item === undefined) return undefined;
  const { v: version, state, ttl } = Row.parse(item);
  return isDropped({ ttl }, table.now()) ? undefined : { version, state };
}

export async function moveLane(
  { client, name: TableName }: Table,
  name: string,
  before: LaneRow | undefined,
  state: string,
  now: Millis,
): Promise<"moved" | "stale"> {
  const Item = { ...laneKey(name), v: nextVersion(before, now), state, ttl: ttl(now + KEEP.lane) };
  const condition = before === undefined ? isAbsent(now) : hasVersion(before.version);
  const request = { TableName, Item, ...expressions({ ConditionExpression: condition }) };
  const answer = await unlessRefused(() => client.send(new PutCommand(request)));
  return answer === undefined ? "stale" : "moved";
}
