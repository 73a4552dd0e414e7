import { LogLevel, WebAPIPlatformError, WebClient, type WebClientOptions } from "@slack/web-api";
import * as z from "zod";
import type { Post, PostResult } from "../post.ts";

/** What became of a call: what Slack says, or, where it says nothing of its own, what came back instead. */
export type Answer =
  | { readonly type: "ok"; readonly channel: string; readonly ts: string }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "other"; readonly result: PostResult };

type Method = "chat.postMessage" | "chat.update";

/** Slack's Web API as a bot may use it. Never throws. */
export type CallSlack = (
  method: Method,
  fields: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<Answer>;

type Fetch = NonNullable<WebClientOptions["fetch"]>;

const SILENT = {
  ...{ debug() {}, info() {}, warn() {}, error() {}, setName() {}, setLevel() {} },
  getLevel: () => LogLevel.ERROR,
};

/** Opens the Web API for a bot's token. Requests go by the HTTP client of all receivers; waiting and trying again is the outbox's matter. */
export function openWebApi(token: string, apiUrl: string, post: Post): CallSlack {
  return async (method, fields, signal) => {
    let last: PostResult = { type: "failure", failure: "unreachable" };
    const client = new WebClient(token, {
      slackApiUrl: apiUrl,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: SILENT,
      fetch: fetchBy(async (request) => {
        last = await post(request, signal);
        return last;
      }),
    });
    try {
      return placeOf(await client.apiCall(method, { ...fields })) ?? { type: "other", result: last };
    } catch (error) {
      const said = error instanceof WebAPIPlatformError && isJson(last) ? error.data.error : undefined;
      return typeof said === "string" ? { type: "refused", error: said } : { type: "other", result: last };
    }
  };
}

type PostRequest = Parameters<Post>[0];

function fetchBy(post: (request: PostRequest) => Promise<PostResult>): Fetch {
  return async (url, { headers = {}, body } = {}) => {
    // We say who posts ourselves: the client would tell of the operating system, too.
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "user-agent"));
    const result = await post({ url: new URL(url), headers: own, body: String(body ?? "") });
    if (result.type === "failure") throw new Error(result.failure);
    return responseOf(url, result);
  };
}

/** To the client 200 is the only success. */
function responseOf(url: string | URL, { retryAfter, body, ...answer }: Extract<PostResult, { type: "answer" }>) {
  const status = answer.status >= 200 && answer.status < 300 ? 200 : answer.status;
  const headers = new Map(retryAfter === undefined ? [] : [["retry-after", retryAfter]]);
  return {
    ...{ ok: status === 200, status, statusText: "", url: String(url) },
    headers: { get: (name: string) => headers.get(name.toLowerCase()) ?? null, entries: () => headers.entries() },
    text: async () => body,
    json: async () => JSON.parse(body),
    arrayBuffer: async () => new TextEncoder().encode(body).buffer,
  };
}

const Place = z.object({ channel: z.string(), ts: z.string() });

function placeOf(result: unknown): Answer | undefined {
  const place = Place.safeParse(result);
  return place.success ? { type: "ok", ...place.data } : undefined;
}

/** The client takes any text for Slack's word: a proxy's page is none. */
function isJson(result: PostResult): boolean {
  return result.type === "answer" && result.status < 300 && result.body.trimStart().startsWith("{");
}
