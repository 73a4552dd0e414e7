import * as z from "zod";
import { jsonOf } from "#text/json";
import { UNREADABLE } from "../aws-errors.ts";

const Code = z.string().regex(/^\w{1,80}$/);
const Failure = z.object({
  __type: z
    .string()
    .transform((type) => type.split("#").at(-1))
    .pipe(Code),
});
const Result = z.object({
  FailedEntryCount: z.int(),
  Entries: z.array(z.object({ ErrorCode: Code.nullish() })).nullish(),
});

/** The code of the error in an answer of PutEvents: a 200 may report that the one event was not taken. */
export function errorIn(status: number, body: string): string | undefined {
  const answer = jsonOf(body);
  if (status >= 300) return Failure.safeParse(answer).data?.__type;
  const result = Result.safeParse(answer).data;
  if (result === undefined) return UNREADABLE;
  return result.FailedEntryCount === 0 ? undefined : (result.Entries?.[0]?.ErrorCode ?? UNREADABLE);
}
