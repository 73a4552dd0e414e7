import { AwsV4Signer } from "aws4fetch";

/** The keys that the servers of the tests know. The SDK writes into those that it is given: it is given copies. */
export const AWS_KEYS = Object.freeze({
  accessKeyId: "AKIDEXAMPLEAKIDEXAMP",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "IQoJb3JpZ2luX2VjEXAMPLETOKEN",
});

interface Signed {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The error that AWS gives for a request whose signature is not right, or `undefined`; computed by another library than the one under test. */
export async function signatureError({ headers, body }: Signed, service: string, region: string) {
  const { authorization, host, "x-amz-date": date = "", "x-amz-security-token": token } = headers;
  if (authorization === undefined) return "MissingAuthenticationToken";
  if (token !== AWS_KEYS.sessionToken || !String(authorization).includes(AWS_KEYS.accessKeyId))
    return "InvalidClientTokenId";
  const names = /SignedHeaders=([^,]+)/.exec(String(authorization))?.[1]?.split(";") ?? [];
  const signed = names.filter((name) => name !== "host").map((name) => [name, String(headers[name])] as const);
  const signer = new AwsV4Signer({
    ...AWS_KEYS,
    method: "POST",
    url: `http://${host}/`,
    headers: Object.fromEntries(signed),
    body,
    service,
    region,
    datetime: String(date),
    allHeaders: true,
  });
  const expected = (await signer.sign()).headers.get("authorization");
  return authorization === expected ? undefined : "SignatureDoesNotMatch";
}
