import type { Answer, Source, Sources } from "#config/references";
import { once } from "#config/sources/once";
import { type GetSecret, secretsManagerSource } from "#config/sources/secrets-manager";
import { type GetParameter, ssmSource } from "#config/sources/ssm";
import { callAws } from "./aws-json.ts";

/** Where the references of a packaged configuration look. Of a machine's environment and files there is nothing here: the check before a deployment refuses them. */
export function openSecrets(): Sources {
  return {
    env: nothingHere,
    file: nothingHere,
    ssm: once(ssmSource(async () => getParameter)),
    secretsmanager: secretsManagerSource(async () => getSecret),
  };
}

const nothingHere: Source = async (): Promise<Answer> => ({ complaint: "a function has no such thing" });

const getParameter: GetParameter = async (name) =>
  (await callAws("ssm", "AmazonSSM.GetParameter", { Name: name, WithDecryption: true })) as Awaited<
    ReturnType<GetParameter>
  >;

const getSecret: GetSecret = async (name) =>
  (await callAws("secretsmanager", "secretsmanager.GetSecretValue", { SecretId: name })) as Awaited<
    ReturnType<GetSecret>
  >;
