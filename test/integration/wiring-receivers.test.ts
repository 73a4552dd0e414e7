import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ReceiverConfig } from "#config/model";
import { openReceiver } from "#wiring/receivers";
import { jobEvent } from "../support/events.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
const forever = new AbortController().signal;
const SECRET = "s3cret-part";

/** A server that takes all that is posted. */
async function startTaker() {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    request.resume().on("end", () => response.writeHead(200).end('{"FailedEntryCount":0,"Entries":[]}'));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    paths,
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/${SECRET}`,
  };
}

type Config = ReceiverConfig<string>;
const name = "alerts";
const atUrl: readonly (readonly [kind: string, (url: string) => Config])[] = [
  ["slack", (webhookUrl) => ({ name, type: "slack", webhookUrl, digestAbove: 20 })],
  ["teams", (webhookUrl) => ({ name, type: "teams", webhookUrl, digestAbove: 20 })],
  ["discord", (webhookUrl) => ({ name, type: "discord", webhookUrl, digestAbove: 20 })],
  ["webhook", (url) => ({ name, type: "webhook", url, secrets: [], format: "standard" })],
];

describe("a receiver that is opened", () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each(atUrl)("posts to a private address where it may, and only there: %s", async (kind, config) => {
    const { paths, url } = await startTaker();
    const guarded = await openReceiver(config(url));
    expect(guarded).toMatchObject({ name, kind });
    const refused = await guarded.send(jobEvent(), NOW, forever);
    expect(refused).toMatchObject({ state: "retry", reason: expect.stringContaining("allowPrivate: true") });
    expect(JSON.stringify(refused)).not.toMatch(/127\.0\.0\.1|s3cret/);
    expect(paths).toEqual([]);
    const allowed = await openReceiver({ ...config(url), allowPrivate: true } as Config);
    expect(await allowed.send(jobEvent(), NOW, forever)).toMatchObject({ state: "delivered" });
    expect(paths).toHaveLength(1);
  });

  test("speaks as it is configured, and is left alone in its quiet hours, in every channel", async () => {
    const quiet = [{ from: "00:00", to: "03:00", timeZone: "UTC" }];
    const messages = { language: "zh" } as const;
    const taken: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (chunk: string) => taken.push(chunk));
      request.on("end", () => response.writeHead(200).end("ok"));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const webhookUrl = `http://127.0.0.1:${port}/${SECRET}`;
    const chat = await openReceiver({
      name,
      type: "slack",
      webhookUrl,
      digestAbove: 20,
      allowPrivate: true,
      messages,
      quiet,
    });
    await chat.send(jobEvent({ event: "Failed" }), NOW, forever);
    expect(taken.join("")).toContain("失败");
    expect(chat.quietUntil?.(NOW)).toBe(Date.UTC(2026, 10, 21, 3));
    expect(chat.quietUntil?.(Date.UTC(2026, 10, 21, 3))).toBeUndefined();
    const bot = await openReceiver({
      name,
      type: "slackBot",
      token: "xoxb-1",
      channel: "#a",
      style: "plain",
      digestAbove: 20,
      quiet,
    });
    expect(bot.inChannel?.("#b").quietUntil?.(NOW)).toBe(Date.UTC(2026, 10, 21, 3));
    expect(bot.inChannel?.("#b").name).toBe(`${name}/#b`);
  });

  test.each(atUrl.slice(0, 3))(
    "tells of a storm in one message from the number that was configured: %s",
    async (_, config) => {
      expect((await openReceiver(config("https://example.com/x"))).digest?.above).toBe(20);
    },
  );

  test.each([
    ["SNS", { name, type: "sns", topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" }],
    ["EVENTBRIDGE", { name, type: "eventbridge", bus: "jobs", region: "eu-central-1" }],
  ] as const)("finds AWS where the environment says, private or not: %s", async (service, config) => {
    const { paths, url } = await startTaker();
    for (const [key, value] of [
      ["AWS_PROFILE", ""],
      ["AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"],
      ["AWS_SECRET_ACCESS_KEY", SECRET],
      [`AWS_ENDPOINT_URL_${service}`, url],
    ] as const)
      vi.stubEnv(key, value);
    const receiver = await openReceiver(config);
    expect(receiver).toMatchObject({ name, kind: config.type });
    expect(await receiver.send(jobEvent(), NOW, forever)).toMatchObject({ state: "delivered" });
    expect(paths).toHaveLength(1);
  });

  test("is on the bus of the environment's region where the configuration names none, and cannot be where nobody does", async () => {
    const config = { name, type: "eventbridge", bus: "jobs" } as const;
    for (const variable of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(variable, "");
    await expect(openReceiver(config)).rejects.toThrow("receiver alerts: name its region");
    vi.stubEnv("AWS_REGION", "eu-central-1");
    expect(await openReceiver(config)).toMatchObject({ kind: "eventbridge" });
    const bus = "arn:aws:events:us-east-1:123456789012:event-bus/jobs";
    expect(await openReceiver({ ...config, bus })).toMatchObject({ kind: "eventbridge" });
  });

  test("is a bot where Slack has a token, loaded when it is asked for", async () => {
    const channel = "#ml-jobs";
    const config = {
      name,
      type: "slackBot",
      token: `xoxb-${SECRET}`,
      channel,
      style: "thread",
      digestAbove: 7,
    } as const;
    expect(await openReceiver(config)).toMatchObject({ name, kind: "slack", remembers: true });
  });

  test("is PagerDuty's, of either region", async () => {
    for (const region of ["us", "eu"] as const) {
      const config = {
        name,
        type: "pagerduty",
        routingKey: "0123456789abcdef".repeat(2),
        severity: "error",
        region,
      } as const;
      expect(await openReceiver(config)).toMatchObject({ name, kind: "pagerduty" });
    }
  });
});
