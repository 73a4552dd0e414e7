import type { ClusterAccess } from "#cluster/access";
import type { ClusterOptions } from "#cluster/http-cluster";
import * as cluster from "../unit/cluster/open.ts";
import { type Answer, type Secure, serve } from "./http.ts";
import { createAuthority } from "./tls.ts";

const authority = createAuthority();
export const { ca } = authority;
export const certificate = authority.issue({ hosts: ["127.0.0.1"] });

const SECURE = {
  "HTTP/1.1": undefined,
  "HTTP/1.1 with TLS": certificate,
  "HTTP/2": { ...certificate, http2: {} },
} satisfies Record<string, Secure | undefined>;

type Protocol = keyof typeof SECURE;

export const PROTOCOLS = Object.keys(SECURE) as readonly Protocol[];

/** Servers of one protocol, and clusters that trust them. */
export function over(protocol: Protocol) {
  return {
    serve: (answer: Answer) => serve(answer, SECURE[protocol]),
    openAt: (url: string, access: Partial<ClusterAccess> = {}, options: ClusterOptions = {}) =>
      cluster.openAt(url, { tls: { ca }, ...access }, options),
  };
}
