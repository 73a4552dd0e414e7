import type { IncomingHttpHeaders } from "node:http";
import { jsonOf } from "#text/json";
import { ClusterError } from "../cluster.ts";
import { Fault } from "../fault.ts";
import { readText } from "../read-answer.ts";
import { type HttpRequest, openTransport } from "../transport.ts";

/** Whoever makes tokens. */
export interface TokenService {
  /** What errors name: the cluster, and in words who makes its tokens. */
  readonly cluster: string;
  readonly title: string;
  /** Base URL. */
  readonly address: string;
  readonly proxy: string | undefined;
  /** What to look at when it refuses. */
  readonly check: string;
}

/** Its answer with a 2xx. `json` is undefined where the body is none. */
export interface TokenAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
}

const TIMEOUTS = { connectMs: 5_000, headersMs: 10_000, idleMs: 5_000 };

/** Asks for a token, once. What goes wrong is a {@link ClusterError} `credentials` of one line, which quotes none of the service's words but its error codes. */
export async function askForToken(
  service: TokenService,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const { address: server, proxy } = service;
  const access = { server, tls: {}, timeouts: TIMEOUTS, http2: false, ...(proxy !== undefined && { proxy }) };
  // For the sake of one request HTTP/2 would only have to be loaded.
  const transport = openTransport(access);
  try {
    const answer = await transport.send(request, { headers: {} }, signal);
    const json = jsonOf(await readText(answer));
    if (answer.status >= 200 && answer.status < 300) return { headers: answer.headers, json };
    throw noToken(service, `refuses (${[answer.status, ...codesIn(json)].join(" ")}): ${service.check}`);
  } catch (error) {
    throw error instanceof ClusterError ? error : noToken(service, `cannot be asked (${reasonOf(error)})`, error);
  } finally {
    transport.close();
  }
}

/** An answer that holds no token. */
export function noTokenIn(service: TokenService): ClusterError {
  return noToken(service, "answers without a token: check its address");
}

function noToken({ cluster, title }: TokenService, problem: string, cause?: unknown): ClusterError {
  const message = `cluster "${cluster}" needs credentials: ${title} ${problem}`;
  return new ClusterError("credentials", cluster, message, cause instanceof Fault ? { cause } : {});
}

// Nothing but codes: descriptions quote clients, tenants and addresses.
function codesIn(json: unknown): readonly string[] {
  const { error, error_description: description } = Object(json) as Readonly<Record<string, unknown>>;
  const name = typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? [error] : [];
  const [code] = typeof description === "string" ? (/\bAADSTS\d{1,8}\b/.exec(description) ?? []) : [];
  return code === undefined ? name : [...name, code];
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Za-z0-9_-]{1,60}$/.test(code) ? code : "unknown";
}
