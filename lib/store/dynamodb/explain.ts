import * as z from "zod";
import { StoreError } from "../store-error.ts";
import { refusals } from "./refusals.ts";

/** Runs `work`; whatever DynamoDB, the network or a row's schema throws there becomes a {@link StoreError} about the table. */
export async function explained<T>(table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(table, error);
  }
}

function explain(table: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const [code, advice] = error instanceof z.ZodError ? unreadable(error) : reason(error);
  return new StoreError(code, `The DynamoDB table ${table} ${advice}`, { cause: error });
}

type Reason = readonly [StoreError["code"], string];

function unreadable(error: z.ZodError): Reason {
  const field = error.issues[0]?.path.join(".") ?? "";
  return ["damaged", `holds a row whose ${field || "content"} cannot be read: was it written by another version?`];
}

// Messages are left out: they name endpoints, accounts and roles. The error's name says enough, and the cause has the rest.
function reason(error: unknown): Reason {
  if (error instanceof Error && error.message === "Region is missing")
    return ["unavailable", "is in no region: set AWS_REGION, or name one."];
  const name = refusals(error).find((code) => code !== "None") ?? (error instanceof Error ? error.name : "Error");
  switch (name) {
    case "ResourceNotFoundException":
      return ["no-table", "does not exist: create it, or correct its name or the region."];
    case "AccessDeniedException":
    case "CredentialsProviderError":
    case "ExpiredTokenException":
    case "InvalidSignatureException":
    case "MissingAuthenticationTokenException":
    case "UnrecognizedClientException":
      return ["no-permission", `may not be used: check the AWS credentials and what their role allows (${name}).`];
    case "ProvisionedThroughputExceeded":
    case "ProvisionedThroughputExceededException":
    case "RequestLimitExceeded":
    case "ThrottlingError":
    case "ThrottlingException":
      return ["throttled", `wants a slower pace: try again later (${name}).`];
    case "ValidationError":
    case "ValidationException":
      return ["too-large", `refused a row, most often because it is too large (${name}).`];
    default:
      return ["unavailable", `could not be used: check the network and the AWS status (${name}).`];
  }
}
