import type { Credentials } from "../access.ts";
import { cached } from "./cached.ts";
import { accessToken, tokenForm } from "./oauth.ts";
import { askForToken, type TokenService } from "./token-service.ts";

// The application that stands for the API servers of all AKS clusters, in every tenant.
const AKS = "6dae42f8-4368-4678-94ff-3960e28e3630";

export interface AksClientOptions {
  /** What errors name. */
  readonly cluster: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Base URL of Entra ID. */
  readonly authority: string;
  readonly proxy: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Tokens of Entra ID for an application with a secret. Source: learn.microsoft.com, OAuth 2.0 client credentials flow. */
export function aksClient({ now = Date.now, ...options }: AksClientOptions): Credentials {
  const { cluster, tenant, clientId, clientSecret, authority, proxy } = options;
  const check = "check tenant, clientId and clientSecret of auth.aks";
  const service: TokenService = { cluster, title: "Entra ID", address: authority, proxy, check };
  const fields = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const form = tokenForm(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, { ...fields, scope: `${AKS}/.default` });
  return cached(now, async (signal) => {
    const at = now();
    return accessToken(service, await askForToken(service, form, signal), at);
  });
}

export interface AksIdentityOptions {
  /** What errors name. */
  readonly cluster: string;
  /** Of a user-assigned identity; without it the system-assigned one is used. */
  readonly clientId: string | undefined;
  /** IDENTITY_ENDPOINT and IDENTITY_HEADER, where App Service or Container Apps set them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address of the service on a virtual machine. */
  readonly metadata?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const METADATA = "http://169.254.169.254/metadata/identity/oauth2/token";

/** Tokens of the managed identity of the machine, from the service that Azure has on it. Source: learn.microsoft.com, managed identities, REST endpoints. */
export function aksIdentity({ metadata = METADATA, now = Date.now, ...options }: AksIdentityOptions): Credentials {
  const { cluster, clientId, env } = options;
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret } = env;
  const isApp = endpoint !== undefined && secret !== undefined;
  const url = new URL(isApp ? endpoint : metadata);
  url.searchParams.set("api-version", isApp ? "2019-08-01" : "2018-02-01");
  url.searchParams.set("resource", AKS);
  if (clientId !== undefined) url.searchParams.set("client_id", clientId);
  const service: TokenService = {
    cluster,
    title: "Azure's managed identity service",
    address: url.origin,
    // It is this machine's own, and never behind a proxy.
    proxy: undefined,
    check: "give the machine a managed identity, or check auth.aks.clientId",
  };
  const headers: Record<string, string> = isApp ? { "x-identity-header": secret } : { metadata: "true" };
  const request = { method: "GET", path: `${url.pathname}${url.search}`, headers } as const;
  return cached(now, async (signal) => {
    const at = now();
    return accessToken(service, await askForToken(service, request, signal), at);
  });
}
