import { type Lambda, openLambda } from "./lambda.ts";
import { arnOf, REGION } from "./names.ts";
import { queueUrl } from "./queues.ts";
import type { FunctionSettings } from "./settings.ts";

/** What a role has. No line may show it. */
export const ROLE_SECRETS = ["role-secret-of-the-test", "role-session-of-the-test"] as const;

/** A function as the template describes it, with AWS at `endpoint`. */
export function openFunction(settings: FunctionSettings, folder: string, endpoint: string): Lambda {
  const { resource, handler, memory, timeoutMs } = settings;
  const variables = {
    ...deployed(settings, endpoint),
    ...LAMBDA,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: folder,
    AWS_LAMBDA_FUNCTION_NAME: resource,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${resource}`,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_ENDPOINT_URL_SNS: endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
  };
  return openLambda({ name: resource, arn: arnOf("lambda", `function:${resource}`), folder, timeoutMs, variables });
}

/** The template refers to a queue by its URL. */
function deployed({ variables }: FunctionSettings, endpoint: string): Readonly<Record<string, string>> {
  const { JOBBELL_QUEUE_URL: queue, ...others } = variables;
  return queue === undefined ? others : { ...others, JOBBELL_QUEUE_URL: queueUrl(endpoint, queue) };
}

/** What Lambda sets for every function. */
const LAMBDA = {
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/21/[$LATEST]0000",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: ROLE_SECRETS[0],
  AWS_SESSION_TOKEN: ROLE_SECRETS[1],
  TZ: ":UTC",
  LANG: "en_US.UTF-8",
};
