import {
  type Fields,
  type FieldsOf,
  type HeldReference,
  plain,
  type Read,
  referencesIn,
  resolveIn,
  secret,
} from "./fields.ts";
import type { AuthConfig } from "./model.ts";
import { checkPath, checkPem, checkServer, checkServiceAccountKey, checkText, checkToken } from "./values.ts";

/** Every reference of every way: here alone it is said what it is called, what it must be, and whether it is a secret. */
const FIELDS: { readonly [Type in AuthConfig["type"]]: Fields & FieldsOf<Extract<AuthConfig, { type: Type }>> } = {
  token: { token: secret("token", checkToken) },
  tokenFile: { path: plain("tokenFile", checkPath) },
  clientCertificate: { certificate: plain("clientCertificate", checkPem), key: secret("clientKey", checkPem) },
  eks: {},
  huaweiToken: {
    endpoint: plain("endpoint", checkServer),
    domain: plain("domain", checkText),
    user: plain("user", checkText),
    password: secret("password", checkText),
    project: plain("project", checkText),
  },
  huaweiKey: {
    accessKey: plain("accessKey", checkToken),
    secretKey: secret("secretKey", checkToken),
    projectId: plain("projectId", checkToken),
    securityToken: secret("securityToken", checkToken),
  },
  gkeKey: { serviceAccountKey: secret("serviceAccountKey", checkServiceAccountKey) },
  gkeMetadata: {},
  aksClient: {
    tenant: plain("tenant", checkToken),
    clientId: plain("clientId", checkToken),
    clientSecret: secret("clientSecret", checkText),
    authority: plain("authority", checkServer),
  },
  aksIdentity: { clientId: plain("clientId", checkToken) },
};

/** The references that an `auth` holds. */
export function authReferences(auth: AuthConfig): readonly HeldReference[] {
  return referencesIn(auth, FIELDS[auth.type]);
}

/** An `auth` with a value in the place of every reference. */
export async function resolveAuth(auth: AuthConfig, read: Read): Promise<AuthConfig<string>> {
  return (await resolveIn(auth, FIELDS[auth.type], read)) as AuthConfig<string>;
}
