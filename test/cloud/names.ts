/** Where the installation of the test would stand. */
export const REGION = "us-east-1";
/** The account of both emulations. */
export const ACCOUNT = "000000000000";
/** Whom both take for anybody. */
export const CREDENTIALS = { accessKeyId: "fake", secretAccessKey: "fake" };

/** The ARN of something in that account. */
export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
