import type { Answer, Source } from "../references.ts";
import { askAws } from "./aws.ts";

/** Asks for a parameter, decrypted, as the API's action of that name answers. Throws errors with the API's names. */
export type GetParameter = (
  name: string,
) => Promise<{ readonly Parameter?: { readonly Value?: string | undefined } | undefined }>;

/** `${ssm:/name}`: a parameter of AWS Systems Manager. `open` is called once, when the first name is asked for. */
export function ssmSource(open: () => Promise<GetParameter>): Source {
  let opened: Promise<GetParameter> | undefined;
  return (name) =>
    askAws("ssm:GetParameter", async () => {
      opened ??= open();
      return answerOf(await (await opened)(name));
    });
}

function answerOf({ Parameter }: Awaited<ReturnType<GetParameter>>): Answer {
  return Parameter?.Value === undefined ? { complaint: "the parameter has no value" } : { value: Parameter.Value };
}
