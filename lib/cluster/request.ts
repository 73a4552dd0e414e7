import { VERSION } from "#version";
import type { Proof, Timeouts } from "./access.ts";

// As in http1.ts: an import would load all of undici.
const { validateHeaderValue } = process.getBuiltinModule("node:http");

export interface HttpRequest {
  readonly method: "GET" | "PATCH" | "POST";
  /** Path and query, from the server's base URL on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where this request needs other limits than the transport's. */
  readonly timeouts?: Partial<Timeouts>;
  /** A watch is open for long: it takes no place from other requests, and as many bytes as there are. */
  readonly pool?: "watch";
}

/** A request with all that it carries, the same by whichever protocol. */
export interface Outgoing {
  readonly method: string;
  /** From the root on, with the query. */
  readonly path: string;
  /** What HTTP/1.1 sends as Host, and HTTP/2 as the authority: a signature may be over it. */
  readonly host: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Puts a request together, signed anew each time. Throws where a header cannot be sent, as Node does. */
export function outgoingOf(base: URL, request: HttpRequest, proof: Proof): Outgoing {
  const { method, body } = request;
  const { host } = base;
  // A space: what signs a query must not wonder what a plus means.
  const path = base.pathname.replace(/\/+$/, "") + request.path.replaceAll("+", "%20");
  const headers = lowered({
    accept: "application/json",
    "accept-encoding": "gzip",
    "user-agent": `jobbell/${VERSION}`,
    ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
    ...request.headers,
    ...proof.headers,
    ...proof.sign?.({ method, host, path, body: body ?? "" }),
  });
  return { method, path, host, headers, body };
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      // By HTTP/2 it would go out as it is, and end the whole connection.
      validateHeaderValue(name, value);
      return [name.toLowerCase(), value];
    }),
  );
}
