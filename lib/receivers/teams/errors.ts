const AGAIN = "copy the whole URL again from the workflow, in Teams under Workflows";
const ANYONE = 'in the workflow\'s trigger let "Anyone" trigger the flow, save, and copy the whole URL again';
const TURN_ON = "turn it on in Teams under Workflows; if it was deleted, make a new one and configure its URL";

// What the trigger of a workflow answers, as `{"error":{"code":…,"message":…}}`. Microsoft lists these nowhere; they are as
// people report them.
const MEANINGS: Readonly<Record<string, string>> = {
  WorkflowTriggerIsNotEnabled: `the workflow is turned off or deleted; ${TURN_ON}`,
  WorkflowDisabled: `the workflow is turned off; ${TURN_ON}`,
  WorkflowNotFound: "there is no such workflow any more; make a new one and configure its URL",
  WorkflowTriggerNotFound: `the workflow has no such trigger; ${AGAIN}`,
  DirectApiAuthorizationRequired: `the URL is not complete or the trigger is not open; ${ANYONE}`,
  DirectApiInvalidAuthorizationScheme: `the trigger is not open; ${ANYONE}`,
  OAuthAuthorizationRequired: `the trigger is not open; ${ANYONE}`,
  AuthorizationFailed: `the URL's signature is wrong; ${AGAIN}`,
  TriggerInputSchemaMismatch:
    'the workflow expects something else; make it from the template "Send webhook alerts to a channel"',
  RequestEntityTooLarge: "Teams finds the message too large; please report this with the job's event",
};

/** What a workflow's answer means and what to do, where the answer is one that is known. */
export function explain(body: string): string | undefined {
  const code = codeOf(body);
  return code !== undefined && Object.hasOwn(MEANINGS, code) ? `${MEANINGS[code]} (${code})` : undefined;
}

function codeOf(body: string): string | undefined {
  return /"code"\s*:\s*"(\w+)"/.exec(body)?.[1];
}
