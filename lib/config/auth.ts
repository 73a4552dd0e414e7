import type { AuthConfig, Reference } from "./model.ts";
import {
  type Check,
  checkPath,
  checkPem,
  checkServer,
  checkServiceAccountKey,
  checkText,
  checkToken,
} from "./values.ts";

/** One reference of a way to prove who asks. */
interface Field {
  /** What the file calls it. */
  readonly key: string;
  readonly check: Check;
  /** Whether it must not stand in the file itself. */
  readonly secret: boolean;
}

type FieldsOf<Auth> = {
  readonly [Name in keyof Auth as Auth[Name] extends Reference | undefined ? Name : never]-?: Field;
};

/** Every reference of every way: here alone it is said what it is called, what it must be, and whether it is a secret. */
const FIELDS: { readonly [Type in AuthConfig["type"]]: FieldsOf<Extract<AuthConfig, { type: Type }>> } = {
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

/** A reference that an `auth` holds, under its name in the model. */
interface AuthReference extends Field {
  readonly name: string;
  readonly reference: Reference;
}

/** The references that an `auth` holds. */
export function authReferences(auth: AuthConfig): readonly AuthReference[] {
  const values = new Map<string, unknown>(Object.entries(auth));
  return Object.entries<Field>(FIELDS[auth.type]).flatMap(([name, field]) => {
    const reference = values.get(name);
    return reference === undefined ? [] : [{ ...field, name, reference: reference as Reference }];
  });
}

function plain(key: string, check: Check): Field {
  return { key, check, secret: false };
}

function secret(key: string, check: Check): Field {
  return { key, check, secret: true };
}
