import * as z from "zod";
import type { Cursor, ScopeStates, WatchState } from "../store.ts";
import { SCOPE } from "./keys.ts";

// The row is written twice a tick. DynamoDB bills names as well as values, by the kilobyte: hence one letter each.
const State = z.object({
  /** resourceVersion, tickedAt, digests, listedAt, refusedAt. */
  r: z.string().optional(),
  t: z.number().optional(),
  d: z.string().optional(),
  l: z.number().optional(),
  x: z.number().optional(),
  /** dueAt, dueLately, and the name of the rules. */
  q: z.number().optional(),
  z: z.tuple([z.number(), z.number()]).optional(),
  y: z.string().optional(),
  /** Failures, and the last of them. */
  f: z.number().default(0),
  e: z.string().exactOptional(),
});

const Row = z.object({
  pk: z.string().startsWith(SCOPE),
  /** Claims that there were. */
  n: z.number().default(0),
  owner: z.string().optional(),
  /** The states of its watches. */
  w: z.record(z.string(), State).default({}),
});

interface ScopeRow {
  readonly scope: string;
  readonly claims: number;
  readonly isHeld: boolean;
  readonly states: ScopeStates;
}

/** Throws a `ZodError` for a row that is not a scope's. */
export function decodeScope(item: unknown): ScopeRow {
  const { pk, n, owner, w } = Row.parse(item);
  const states = new Map(Object.entries(w).map(([kind, state]) => [kind, decodeState(state)]));
  return { scope: pk.slice(SCOPE.length), claims: n, isHeld: owner !== undefined, states };
}

/** The attribute `w`. */
export function encodeStates(states: ScopeStates): Record<string, z.input<typeof State>> {
  return Object.fromEntries([...states].map(([kind, state]) => [kind, encodeState(state)]));
}

function encodeState({ cursor, failures, error }: WatchState): z.input<typeof State> {
  return {
    ...(cursor && { r: cursor.resourceVersion, t: cursor.tickedAt }),
    ...(cursor?.digests !== undefined && { d: cursor.digests }),
    ...(cursor?.listedAt !== undefined && { l: cursor.listedAt }),
    ...(cursor?.refusedAt !== undefined && { x: cursor.refusedAt }),
    ...(cursor?.dueAt !== undefined && { q: cursor.dueAt }),
    ...(cursor?.dueLately !== undefined && { z: [cursor.dueLately.dueAt, cursor.dueLately.writtenAt] }),
    ...(cursor?.rules !== undefined && { y: cursor.rules }),
    ...(failures > 0 && { f: failures }),
    ...(error !== undefined && { e: error }),
  };
}

function decodeState({ r, t, d, l, x, q, z: lately, y, f: failures, e }: z.output<typeof State>): WatchState {
  const error = e === undefined ? {} : { error: e };
  if (r === undefined || t === undefined) return { failures, ...error };
  const cursor: Cursor = {
    resourceVersion: r,
    tickedAt: t,
    ...(d !== undefined && { digests: d }),
    ...(l !== undefined && { listedAt: l }),
    ...(x !== undefined && { refusedAt: x }),
    ...(q !== undefined && { dueAt: q }),
    ...(lately !== undefined && { dueLately: { dueAt: lately[0], writtenAt: lately[1] } }),
    ...(y !== undefined && { rules: y }),
  };
  return { cursor, failures, ...error };
}
