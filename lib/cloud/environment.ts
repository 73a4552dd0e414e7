/** A variable that the template gives to a function. Throws where it is missing: then the function was not deployed by it. */
export function variable(name: "JOBBELL_TABLE" | "JOBBELL_QUEUE_URL"): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`the environment variable ${name} is not set`);
  return value;
}
