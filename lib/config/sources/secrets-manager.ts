import { fieldsOf } from "#text/json";
import type { Answer, Source } from "../references.ts";
import { askAws } from "./aws.ts";
import { once } from "./once.ts";

/** Asks for a secret, as the API's action of that name answers. Throws errors with the API's names. */
export type GetSecret = (name: string) => Promise<{ readonly SecretString?: string | undefined }>;

/**
 * `${secretsmanager:name}` or `${secretsmanager:name#key}`: a secret of AWS Secrets Manager by name or ARN, whole or
 * one key of its JSON. A secret is asked for once, however many of its keys are used. `open` is called once, when the
 * first name is asked for.
 */
export function secretsManagerSource(open: () => Promise<GetSecret>): Source {
  let opened: Promise<GetSecret> | undefined;
  const secret = once((name) =>
    askAws("secretsmanager:GetSecretValue", async () => {
      opened ??= open();
      return answerOf(await (await opened)(name));
    }),
  );
  return async (reference) => {
    const [name = "", ...key] = reference.split("#");
    const answer = await secret(name);
    return key.length === 0 || "complaint" in answer ? answer : keyOf(answer.value, key.join("#"));
  };
}

function answerOf({ SecretString }: Awaited<ReturnType<GetSecret>>): Answer {
  return SecretString === undefined ? { complaint: "the secret is binary, not text" } : { value: SecretString };
}

function keyOf(json: string, key: string): Answer {
  const fields = fieldsOf(json);
  if (fields === undefined) return { complaint: "the secret is not a JSON object: leave the #key out" };
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined) return { complaint: "the secret has no such key" };
  return typeof value === "string" ? { value } : { complaint: "the value of this key is not text" };
}
