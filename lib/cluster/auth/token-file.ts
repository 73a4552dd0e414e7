import { readFile } from "node:fs/promises";
import type { Credentials } from "../access.ts";
import { ClusterError } from "../cluster.ts";

export interface TokenFileOptions {
  /** What errors name. */
  readonly cluster: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

// Kubelets and other writers replace a token well before its end.
const FRESH_MS = 60_000;

/** A bearer token in a file that somebody else renews: read again when a minute has passed, or after a 401. */
export function tokenFile({ cluster, path, now = Date.now }: TokenFileOptions): Credentials {
  let cached: { readonly token: string; readonly until: number } | undefined;
  return {
    async current() {
      if (cached === undefined || now() >= cached.until) {
        cached = { token: await readToken(cluster, path), until: now() + FRESH_MS };
      }
      return { headers: { authorization: `Bearer ${cached.token}` } };
    },
    renew() {
      cached = undefined;
      return true;
    },
  };
}

async function readToken(cluster: string, path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ClusterError(
      "credentials",
      cluster,
      `cluster "${cluster}" needs the token file ${path}, which cannot be read`,
      {
        cause,
      },
    );
  });
  const token = text.trim();
  if (token !== "") return token;
  throw new ClusterError("credentials", cluster, `cluster "${cluster}" needs the token file ${path}, which is empty`);
}
