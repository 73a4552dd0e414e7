import type { Path } from "./document.ts";
import type { AuthConfig, Reference } from "./model.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

type Auth = NonNullable<ConfigFile["clusters"][number]["auth"]>;

/** The reference that stands at a path within a cluster's entry. */
export type Refer = (path: Path, text: string) => Reference;

/** The way to prove who asks that a cluster's `auth` describes. `region` is the cluster's own. */
export function buildAuth(auth: Auth, region: string | undefined, refer: Refer): AuthConfig {
  const { token, tokenFile, clientCertificate, clientKey, eks, gke, aks, huaweiToken, huaweiKey } = auth;
  if (token !== undefined) return { type: "token", token: refer(["auth", "token"], token) };
  if (tokenFile !== undefined) return { type: "tokenFile", path: refer(["auth", "tokenFile"], tokenFile) };
  if (eks !== undefined) return { type: "eks", ...eks };
  if (gke !== undefined) return gkeOf(gke, refer);
  if (aks !== undefined) return aksOf(aks, refer);
  if (huaweiToken !== undefined) return huaweiTokenOf(huaweiToken, region, refer);
  if (huaweiKey !== undefined) return { type: "huaweiKey", ...referAll("huaweiKey", huaweiKey, refer) };
  return {
    type: "clientCertificate",
    certificate: refer(["auth", "clientCertificate"], present(clientCertificate)),
    key: refer(["auth", "clientKey"], present(clientKey)),
  };
}

function gkeOf({ serviceAccountKey }: NonNullable<Auth["gke"]>, refer: Refer): AuthConfig {
  if (serviceAccountKey !== undefined) return { type: "gkeKey", ...referAll("gke", { serviceAccountKey }, refer) };
  return { type: "gkeMetadata", at: refer(["auth", "gke"], "").at };
}

const ENTRA_ID = "https://login.microsoftonline.com";

function aksOf({ managedIdentity, ...aks }: NonNullable<Auth["aks"]>, refer: Refer): AuthConfig {
  const { tenant, clientId, clientSecret, authority = ENTRA_ID } = aks;
  if (managedIdentity === undefined) {
    const texts = { tenant: present(tenant), clientId: present(clientId), clientSecret: present(clientSecret) };
    return { type: "aksClient", ...referAll("aks", { ...texts, authority }, refer) };
  }
  const { at } = refer(["auth", "aks"], "");
  return { type: "aksIdentity", ...(clientId === undefined ? {} : referAll("aks", { clientId }, refer)), at };
}

function huaweiTokenOf(
  { endpoint, ...texts }: NonNullable<Auth["huaweiToken"]>,
  region: string | undefined,
  refer: Refer,
): AuthConfig {
  const iam = endpoint ?? `https://iam.${present(region)}.myhuaweicloud.com`;
  return { type: "huaweiToken", ...referAll("huaweiToken", { ...texts, endpoint: iam }, refer) };
}

/** A reference for each text of a map, which says at its place what it is. */
function referAll<Texts extends Readonly<Record<string, string>>>(key: string, texts: Texts, refer: Refer) {
  const pairs = Object.entries(texts).map(([name, text]) => [name, refer(["auth", key, name], text)] as const);
  return Object.fromEntries(pairs) as { readonly [Name in keyof Texts]: Reference };
}
