import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One request to a real API server, and what it answered. */
export interface Recording {
  /** `jobs/page1`, `tfjobs/watch/no-rv` */
  readonly name: string;
  readonly request: RecordedRequest;
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown };
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** Who asked: sent as the bearer token. Empty: no token. */
  readonly as?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const root = new URL("../fixtures/kubernetes-1.36/", import.meta.url);

export function recording(name: string): Recording {
  const { request, response } = JSON.parse(readFileSync(new URL(`${name}.json`, root), "utf8"));
  return { name, request, response };
}

/** Every recording of a folder, by name. */
export function recordingsIn(folder: string): readonly Recording[] {
  const files = readdirSync(new URL(`${folder}/`, root)).filter((file) => file.endsWith(".json"));
  return files.toSorted().map((file) => recording(`${folder}/${file.replace(".json", "")}`));
}

/** The recorded body as it was on the wire. */
function bodyOf({ response: { body } }: Recording): string {
  return typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
}

/** Sends a request as it was recorded; whoever is not named is `admin`. */
export async function ask(
  url: string,
  { method, path, headers, body, as = "admin" }: RecordedRequest,
): Promise<Answered> {
  const authorization: Record<string, string> = as === "" ? {} : { authorization: `Bearer ${as}` };
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(url + path, { method, headers: { ...headers, ...authorization }, ...sent });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

export interface Replay {
  readonly url: string;
  close(): Promise<void>;
}

/** A server that answers recorded requests with the recorded answers, and 599 to everything else. */
export async function startReplay(recordings: readonly Recording[]): Promise<Replay> {
  const server = createServer((request, response) => void answer(recordings, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function answer(recordings: readonly Recording[], request: IncomingMessage, response: ServerResponse) {
  const body = await text(request);
  const found = recordings.find((candidate) => matches(candidate.request, request, body));
  if (found === undefined) {
    response.writeHead(599).end(`not recorded: ${request.method} ${request.url}`);
    return;
  }
  const { "transfer-encoding": _, ...headers } = found.response.headers;
  response.writeHead(found.response.status, headers).end(bodyOf(found));
}

function matches(recorded: RecordedRequest, { method, url = "", headers }: IncomingMessage, body: string): boolean {
  const token = headers.authorization?.replace("Bearer ", "") ?? "";
  const sent = typeof recorded.body === "string" ? recorded.body : (JSON.stringify(recorded.body) ?? "");
  return (
    recorded.method === method &&
    canonical(recorded.path) === canonical(url) &&
    (recorded.as ?? token) === token &&
    sent === body &&
    (recorded.headers?.["content-type"] ?? headers["content-type"]) === headers["content-type"] &&
    (recorded.headers?.accept ?? headers.accept) === headers.accept
  );
}

/** The path with its parameters in one order. */
function canonical(path: string): string {
  const url = new URL(path, "http://server");
  url.searchParams.sort();
  return url.pathname + url.search;
}

/**
 * What an answer would be at any other moment: without the versions, tokens, times and managedFields that only that
 * moment had. The order of the fields stays as it is.
 */
function timeless(body: string): string {
  return body.split("\n").map(timelessLine).join("\n");
}

function timelessLine(line: string): string {
  if (!line.startsWith("{")) return line;
  const json = JSON.stringify(JSON.parse(line, (name, value) => (name === "managedFields" ? undefined : value)));
  return json
    .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"')
    .replaceAll(/"continue":"[^"]+"/g, '"continue":"TOKEN"')
    .replaceAll(/resource version: \d+([^"\d]+)\d+/g, "resource version: N$1N")
    .replaceAll(/patch: Invalid value: .*?(?=: json:|: strict)/g, "patch: Invalid value: OBJECT")
    .replaceAll(/"message":"Invalid value: \\"\{.*?(?=: json:|: strict)/g, '"message":"Invalid value: OBJECT');
}

/** In what an answer differs from the recorded one, as far as any other moment can show it; empty where in nothing. */
export function differences(recorded: Recording, answered: Answered): readonly string[] {
  const { status, headers } = recorded.response;
  const expected = { status: String(status), body: timeless(bodyOf(recorded)), ...headers };
  const found = {
    status: String(answered.status),
    body: timeless(answered.body),
    ...Object.fromEntries(answered.headers),
  };
  return Object.entries(expected)
    .filter(([name, value]) => found[name as keyof typeof found] !== value)
    .map(([name, value]) => `${name}: ${found[name as keyof typeof found]} instead of ${value}`);
}
