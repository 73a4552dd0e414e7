import type { GetParameterCommandOutput } from "@aws-sdk/client-ssm";
import type { Answer, Source } from "../references.ts";
import { askAws, CLIENT_OPTIONS } from "./aws.ts";

type GetParameter = (name: string) => Promise<GetParameterCommandOutput>;

/** `${ssm:/name}`: a parameter of AWS Systems Manager, decrypted. Region and credentials are those of the environment. */
export function ssmSource(): Source {
  let opened: Promise<GetParameter> | undefined;
  return (name) =>
    askAws("ssm:GetParameter", async () => {
      // One client for all names: each would look for credentials again.
      opened ??= open();
      return answerOf(await (await opened)(name));
    });
}

async function open(): Promise<GetParameter> {
  // Loaded here: it takes 180 ms, and most configurations need it not.
  const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(CLIENT_OPTIONS);
  return (name) => client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
}

function answerOf({ Parameter }: GetParameterCommandOutput): Answer {
  return Parameter?.Value === undefined ? { complaint: "the parameter has no value" } : { value: Parameter.Value };
}
