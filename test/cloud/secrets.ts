/** What is stored in Parameter Store and Secrets Manager. */
export interface Secrets {
  readonly parameters: Map<string, string>;
  readonly secrets: Map<string, string>;
}

/** An answer of a service of AWS that speaks JSON. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Parameter Store. */
export function getParameter({ parameters }: Secrets, name: string): Answer {
  const value = parameters.get(name);
  if (value === undefined) return refused("ParameterNotFound");
  return { status: 200, body: { Parameter: { Name: name, Type: "SecureString", Value: value, Version: 1 } } };
}

/** Secrets Manager. */
export function getSecretValue({ secrets }: Secrets, id: string): Answer {
  const value = secrets.get(id);
  if (value === undefined) return refused("ResourceNotFoundException");
  return { status: 200, body: { Name: id, SecretString: value, VersionStages: ["AWSCURRENT"] } };
}

/** What a role that lacks the permission is told. */
export function denied(): Answer {
  return refused("AccessDeniedException");
}

function refused(type: string): Answer {
  return { status: 400, body: { __type: type, message: "refused" } };
}
