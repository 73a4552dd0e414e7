import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CLIENT_OPTIONS } from "./aws.ts";
import type { GetSecret } from "./secrets-manager.ts";

/** One client for all names: each would look for credentials again. */
export function openSecretsManager(): GetSecret {
  const client = new SecretsManagerClient(CLIENT_OPTIONS);
  return (name) => client.send(new GetSecretValueCommand({ SecretId: name }));
}
