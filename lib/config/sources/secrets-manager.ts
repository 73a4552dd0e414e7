import type { GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { Answer, Source } from "../references.ts";
import { askAws, CLIENT_OPTIONS } from "./aws.ts";
import { once } from "./once.ts";

type GetSecret = (name: string) => Promise<GetSecretValueCommandOutput>;

/**
 * `${secretsmanager:name}` or `${secretsmanager:name#key}`: a secret of AWS Secrets Manager by name or ARN, whole or
 * one key of its JSON. A secret is asked for once, however many of its keys are used.
 */
export function secretsManagerSource(): Source {
  let opened: Promise<GetSecret> | undefined;
  const secret = once((name) =>
    askAws("secretsmanager:GetSecretValue", async () => {
      // One client for all names: each would look for credentials again.
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

async function open(): Promise<GetSecret> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient(CLIENT_OPTIONS);
  return (name) => client.send(new GetSecretValueCommand({ SecretId: name }));
}

function answerOf({ SecretString }: GetSecretValueCommandOutput): Answer {
  return SecretString === undefined ? { complaint: "the secret is binary, not text" } : { value: SecretString };
}

function keyOf(json: string, key: string): Answer {
  const fields = parseFields(json);
  if (fields === undefined) return { complaint: "the secret is not a JSON object: leave the #key out" };
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined) return { complaint: "the secret has no such key" };
  return typeof value === "string" ? { value } : { complaint: "the value of this key is not text" };
}

function parseFields(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const fields: unknown = JSON.parse(json);
    return typeof fields === "object" && fields !== null ? { ...fields } : undefined;
  } catch {
    return undefined;
  }
}
