import type { Credentials } from "../access.ts";
import { fixedHeaders } from "./none.ts";

/** A bearer token that does not change. */
export function staticToken(token: string): Credentials {
  return fixedHeaders({ authorization: `Bearer ${token.trim()}` });
}

/** HTTP Basic, for the servers that still take it. */
export function basicAuth(username: string, password: string): Credentials {
  return fixedHeaders({ authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` });
}
