import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { CLIENT_OPTIONS } from "./aws.ts";
import type { GetParameter } from "./ssm.ts";

/** One client for all names: each would look for credentials again. */
export function openSsm(): GetParameter {
  const client = new SSMClient(CLIENT_OPTIONS);
  return (name) => client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
}
