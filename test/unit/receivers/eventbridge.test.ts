import { readFileSync } from "node:fs";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { describe, expect, onTestFinished, test } from "vitest";
import { putEvents } from "#receivers/eventbridge/entry";
import { eventBridgeReceiver } from "#receivers/eventbridge/eventbridge";
import { httpPost } from "#receivers/post";
import { webhookBody } from "#receivers/webhook/body";
import { AWS_KEYS } from "../../support/aws-signed.ts";
import { BUS, startEventBridge } from "../../support/eventbridge-rules.ts";
import { jobEvent } from "../../support/events.ts";
import { RESTARTING } from "../../support/example-events.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
const forever = new AbortController().signal;
const credentials = async () => AWS_KEYS;

async function start() {
  const server = await startEventBridge();
  onTestFinished(() => server.close());
  const post = httpPost({ allowPrivate: true });
  return { server, receiver: eventBridgeReceiver({ name: "bus", bus: BUS, endpoint: server.url, credentials, post }) };
}

test("an event on a bus is a webhook's data with its id, at the time at which it happened", async () => {
  const { server, receiver } = await start();
  expect(await receiver.send(jobEvent(), NOW, forever)).toEqual({ state: "delivered" });
  const [entry] = server.entries;
  expect(entry).toMatchObject({ EventBusName: BUS, Source: "jobbell", DetailType: "Job State Change" });
  expect(entry?.Time).toBe(Date.parse("2026-11-21T02:17:11Z") / 1_000);
  expect(entry?.detail).toEqual({ id: jobEvent().id, ...JSON.parse(webhookBody(jobEvent())).data });
});

test("the request is the one that AWS's own client makes", async () => {
  const { server, receiver } = await start();
  await receiver.send(jobEvent(), NOW, forever);
  const { Time, detail, ...entry } = server.entries[0]!;
  const client = new EventBridgeClient({ region: "eu-central-1", endpoint: server.url, credentials: { ...AWS_KEYS } });
  await client.send(new PutEventsCommand({ Entries: [{ ...entry, Time: new Date(Number(Time) * 1_000) }] }));
  const [ours, theirs] = server.requests;
  expect(JSON.parse(theirs!.body)).toEqual(JSON.parse(ours!.body));
  for (const header of ["content-type", "x-amz-target"]) expect(theirs!.headers[header]).toBe(ours!.headers[header]);
});

const entries = (...results: object[]) => JSON.stringify({ FailedEntryCount: results.length, Entries: results });

describe("an answer of 200", () => {
  test.each([
    [entries({ ErrorCode: "InternalFailure" }), "retry", "in trouble"],
    [entries({ ErrorCode: "ThrottlingException" }), "retry", "slower pace"],
    [entries({ ErrorCode: "AccessDeniedException" }), "dead", "allow events:PutEvents on the event bus"],
    [entries({ ErrorCode: "NotAuthorizedForSourceException" }), "dead", "access denied"],
    [entries({ ErrorCode: "MalformedDetail" }), "dead", "does not accept"],
    [entries({ ErrorCode: "Novelty" }), "retry", "did not take the event \\(Novelty\\)"],
    [entries({}), "retry", "UnreadableAnswer"],
    [entries({ ErrorCode: "two\nlines" }), "retry", "UnreadableAnswer"],
    ['{"FailedEntryCount":1}', "retry", "UnreadableAnswer"],
    ['{"FailedEntr', "retry", "UnreadableAnswer"],
    ["", "retry", "UnreadableAnswer"],
  ])("that says %s is %s", async (body, state, words) => {
    const { server, receiver } = await start();
    server.answer({ status: 200, body });
    const outcome = await receiver.send(jobEvent(), NOW, forever);
    expect(outcome).toMatchObject({ state, reason: expect.stringMatching(`^Amazon EventBridge: .*${words}`) });
  });
});

describe("an error", () => {
  test.each([
    [400, "com.amazon.coral.service#ThrottlingException", "retry", "slower pace"],
    [400, "ExpiredTokenException", "retry", "sign in again"],
    [400, "AccessDeniedException", "dead", "allow events:PutEvents"],
    [400, "ResourceNotFoundException", "dead", "no such event bus"],
    [400, "ValidationException", "dead", "check the event bus"],
    [403, "UnrecognizedClientException", "dead", "renew them"],
    [500, "InternalException", "retry", "in trouble"],
  ])("%i %s is %s and says: %s", async (status, type, state, words) => {
    const { server, receiver } = await start();
    server.answer({ status, body: JSON.stringify({ __type: type, message: `no ${BUS}` }) });
    const outcome = await receiver.send(jobEvent(), NOW, forever);
    expect(outcome).toMatchObject({ state, reason: expect.stringContaining(words) });
    expect(outcome).toHaveProperty("reason", expect.not.stringContaining("123456789012"));
  });
});

describe("a bus", () => {
  const make = (options: { bus: string; region?: string }) =>
    eventBridgeReceiver({ name: "bus", credentials, ...options });

  test.each([
    [{ bus: BUS }, "https://events.eu-central-1.amazonaws.com/"],
    [{ bus: BUS, region: "eu-central-1" }, "https://events.eu-central-1.amazonaws.com/"],
    [{ bus: "default", region: "us-east-1" }, "https://events.us-east-1.amazonaws.com/"],
  ])("such as %j is at %s", async (options, expected) => {
    const addresses: string[] = [];
    const post = async ({ url }: { url: URL }) => {
      addresses.push(url.href);
      return { type: "failure", failure: "refused" } as const;
    };
    await eventBridgeReceiver({ name: "bus", credentials, post, ...options }).send(jobEvent(), NOW, forever);
    expect(addresses).toEqual([expected]);
  });

  test.each([
    [{ bus: "" }, "must be the name of an event bus"],
    [{ bus: "two words", region: "us-east-1" }, "must be the name of an event bus"],
    [{ bus: "arn:aws:sns:eu-central-1:123456789012:jobs" }, "must be the name of an event bus"],
    [{ bus: "default" }, "name its region"],
    [{ bus: BUS, region: "us-east-1" }, "not the one in the ARN"],
    [{ bus: "default", region: "evil.example/" }, "not one of AWS's"],
  ])("such as %j is refused: it %s", (options, problem) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code: "bad-address", message: expect.stringContaining(problem) }),
    );
  });
});

test("docs/receivers.md shows an entry as it is put", () => {
  const [entry] = JSON.parse(putEvents(RESTARTING, "jobs")).Entries;
  const shown = JSON.stringify({ ...entry, Detail: JSON.parse(entry.Detail) }, null, 2);
  const page = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  expect(page).toContain(`\`\`\`json\n${shown}\n\`\`\``);
});
