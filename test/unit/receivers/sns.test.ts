import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { startFauxqs } from "fauxqs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { awsCredentials } from "#receivers/aws-credentials";
import { httpPost } from "#receivers/post";
import { publication } from "#receivers/sns/message";
import { snsReceiver } from "#receivers/sns/sns";
import { webhookBody } from "#receivers/webhook/body";
import { AWS_KEYS } from "../../support/aws-signed.ts";
import { jobEvent } from "../../support/events.ts";
import { RESTARTING } from "../../support/example-events.ts";
import { FIFO_TOPIC, startSns, TOPIC } from "../../support/sns-rules.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
const forever = new AbortController().signal;
const credentials = async () => AWS_KEYS;

async function start(topicArn = TOPIC, options = {}) {
  const server = await startSns();
  onTestFinished(() => server.close());
  const post = httpPost({ allowPrivate: true });
  return {
    server,
    receiver: snsReceiver({ name: "topic", topicArn, endpoint: server.url, credentials, post, ...options }),
  };
}

describe("a message of SNS", () => {
  test("is a webhook's body with its id, and attributes that subscriptions can filter by", async () => {
    const { server, receiver } = await start();
    await receiver.send(jobEvent(), NOW, forever);
    const [published] = server.published;
    expect(JSON.parse(published!.message)).toEqual({ id: jobEvent().id, ...JSON.parse(webhookBody(jobEvent())) });
    expect(published).toMatchObject({
      subject: "Failed: mnist (PyTorchJob, ml, prod)",
      attributes: { event: "Failed", kind: "PyTorchJob", namespace: "ml", cluster: "prod" },
      group: undefined,
    });
  });

  test.each([
    [{ name: "münchen" }, "Failed: m?nchen (PyTorchJob, ml, prod)"],
    [{ name: "a\nb" }, "Failed: a b (PyTorchJob, ml, prod)"],
    [{ name: "x".repeat(300) }, `Failed: ${"x".repeat(88)}...`],
  ])("of a job such as %j has a subject that every mail can have", async (changes, subject) => {
    const { server, receiver } = await start();
    await receiver.send(jobEvent(changes), NOW, forever);
    expect(server.published[0]?.subject).toBe(subject);
  });

  test("leaves an attribute out that would be empty, which SNS refuses", async () => {
    const { server, receiver } = await start();
    await receiver.send(jobEvent({ namespace: "" }), NOW, forever);
    expect(Object.keys(server.published[0]!.attributes)).toEqual(["event", "kind", "cluster"]);
  });

  test("has no character that a queue's XML does not know, and still says what the cluster said", async () => {
    const { server, receiver } = await start();
    const odd = { message: "a\ufffe\uffff\u0001b", kind: "\uffff", namespace: "m\ufffel" };
    expect(await receiver.send(jobEvent(odd), NOW, forever)).toEqual({ state: "delivered" });
    const { data } = JSON.parse(server.published[0]!.message);
    expect([data.condition.message, data.job.namespace]).toEqual([odd.message, odd.namespace]);
    expect(server.published[0]?.attributes).toMatchObject({ kind: "\ufffd", namespace: "m\ufffdl" });
  });

  test("keeps the order of a job in a topic that keeps the order, and is taken once", async () => {
    const { server, receiver } = await start(FIFO_TOPIC);
    server.answer("lose");
    for (const id of ["evt_1", "evt_2", "evt_2", "evt_3"]) await receiver.send(jobEvent({ id }), NOW, forever);
    expect(server.published).toMatchObject(
      ["evt_2", "evt_3"].map((deduplication) => ({ deduplication, group: jobEvent().uid })),
    );
  });

  test("of a job whose id SNS does not take as a group's name has its digest", async () => {
    const { server, receiver } = await start(FIFO_TOPIC);
    await receiver.send(jobEvent({ uid: "ü".repeat(200) }), NOW, forever);
    expect(server.published[0]?.group).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a second opinion", () => {
  test("the request is the one that AWS's own client makes", async () => {
    const { server, receiver } = await start(FIFO_TOPIC);
    await receiver.send(jobEvent(), NOW, forever);
    const { message: Message, subject: Subject, attributes, group, deduplication } = server.published[0]!;
    const client = new SNSClient({ region: "eu-central-1", endpoint: server.url, credentials: { ...AWS_KEYS } });
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
    );
    const ids = { MessageGroupId: group, MessageDeduplicationId: deduplication };
    await client.send(new PublishCommand({ TopicArn: FIFO_TOPIC, Message, Subject, MessageAttributes, ...ids }));
    const [ours, theirs] = server.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(theirs).toEqual(ours);
  });

  test("a queue that subscribes gets it from another server of SNS, by its attributes", async () => {
    const fauxqs = await startFauxqs({ port: 0, logger: false, host: "127.0.0.1", defaultRegion: "eu-central-1" });
    onTestFinished(() => fauxqs.stop());
    const { topicArn } = fauxqs.createTopic("jobs");
    fauxqs.createQueue("failures");
    fauxqs.subscribe({ topic: "jobs", queue: "failures", attributes: { FilterPolicy: '{"event":["Failed"]}' } });
    const post = httpPost({ allowPrivate: true });
    const endpoint = `http://127.0.0.1:${fauxqs.port}`;
    const receiver = snsReceiver({ name: "topic", topicArn, endpoint, credentials, post });
    for (const event of ["Running", "Failed"] as const)
      expect(await receiver.send(jobEvent({ event }), NOW, forever)).toEqual({ state: "delivered" });
    const bodies = fauxqs.inspectQueue("failures")?.messages.ready.map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([{ Subject: "Failed: mnist (PyTorchJob, ml, prod)" }]);
    expect(JSON.parse(bodies?.[0].Message)).toMatchObject({ id: jobEvent().id, data: { event: "Failed" } });
    const unknown = snsReceiver({ name: "topic", topicArn: `${topicArn}-2`, endpoint, credentials, post });
    expect(await unknown.send(jobEvent(), NOW, forever)).toMatchObject({
      state: "dead",
      reason: expect.stringContaining("no such topic"),
    });
  });
});

const error = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>User: arn:aws:iam::123456789012:user/x, ${TOPIC}</Message></Error></ErrorResponse>`;

describe("an error of SNS", () => {
  test.each([
    [400, "Throttling", "retry", true, "slower pace"],
    [400, "Throttled", "retry", true, "slower pace"],
    [400, "ThrottledException", "retry", true, "slower pace"],
    [400, "KMSThrottling", "retry", true, "slower pace"],
    [500, "InternalError", "retry", false, "in trouble"],
    [403, "ExpiredToken", "retry", false, "sign in again"],
    [403, "RequestExpired", "retry", false, "clock"],
    [403, "AuthorizationError", "dead", false, "allow sns:Publish on the topic"],
    [403, "AccessDeniedException", "dead", false, "allow sns:Publish on the topic"],
    [404, "NotFound", "dead", false, "no such topic"],
    [400, "InvalidParameter", "dead", false, "check the topic"],
    [403, "InvalidClientTokenId", "dead", false, "renew them"],
    [403, "SignatureDoesNotMatch", "dead", false, "renew them"],
    [400, "KMSDisabled", "dead", false, "KMS"],
    [400, "KMSAccessDenied", "dead", false, "KMS"],
  ])("%i %s is %s (throttled: %s) and says: %s", async (status, code, state, throttled, words) => {
    const { server, receiver } = await start();
    server.answer({ status, body: error(code) });
    const outcome = await receiver.send(jobEvent(), NOW, forever);
    expect(outcome).toMatchObject({ state, reason: expect.stringMatching(`^Amazon SNS: .*${words}.*\\(${code}\\)$`) });
    expect("throttled" in outcome).toBe(throttled);
  });

  test("that is not known is read by its status, and quoted without account and topic", async () => {
    const { server, receiver } = await start();
    server.answer(
      { status: 400, body: error("Novelty") },
      { status: 503, body: error("Novelty") },
      { status: 400, body: error("constructor") },
    );
    const [dead, retry, odd] = [
      await receiver.send(jobEvent(), NOW, forever),
      await receiver.send(jobEvent(), NOW, forever),
      await receiver.send(jobEvent(), NOW, forever),
    ];
    expect([dead.state, retry.state, odd.state]).toEqual(["dead", "retry", "dead"]);
    expect(dead).toHaveProperty("reason", expect.stringContaining("Novelty"));
    expect(dead).toHaveProperty("reason", expect.not.stringMatching(/123456789012|job-events/));
  });

  test("is what a wrong key and another topic get", async () => {
    const wrong = { credentials: async () => ({ ...AWS_KEYS, secretAccessKey: "another" }) };
    const { receiver } = await start(TOPIC, wrong);
    expect(await receiver.send(jobEvent(), NOW, forever)).toHaveProperty(
      "reason",
      expect.stringContaining("SignatureDoesNotMatch"),
    );
    const other = await start(`${TOPIC}-2`);
    expect(await other.receiver.send(jobEvent(), NOW, forever)).toHaveProperty(
      "reason",
      expect.stringContaining("no such topic"),
    );
  });
});

describe("credentials", () => {
  const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
  const chain = async () => async () => AWS_KEYS;
  const missing = () => Promise.reject(Object.assign(new Error("secret"), { code: "ERR_MODULE_NOT_FOUND" }));
  const none = async () => () => Promise.reject(new Error("secret"));

  test.each([
    ["the environment has keys", env, missing, { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" }],
    ["a profile is named", { ...env, AWS_PROFILE: "ml" }, chain, AWS_KEYS],
    ["the environment has none", {}, chain, AWS_KEYS],
    [
      "the package is not installed",
      {},
      missing,
      { complaint: expect.stringMatching(/npm install @aws-sdk\/credential-provider-node$/) },
    ],
    ["nobody is signed in", {}, none, { complaint: expect.stringMatching(/^no AWS credentials: sign in/) }],
  ])("where %s", async (_, environment, load, expected) => {
    expect(await awsCredentials(environment, load)()).toEqual(expected);
  });

  test("that come later are found", async () => {
    const answers = [none, chain];
    const credentials = awsCredentials({}, () => answers.shift()!());
    expect(await credentials()).toHaveProperty("complaint");
    expect(await credentials()).toEqual(AWS_KEYS);
    expect(await credentials()).toEqual(AWS_KEYS);
  });

  test("of a profile are read by AWS's own package", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "jobbell-aws-")), "credentials");
    writeFileSync(file, "[ml]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n");
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(dirname(file), { recursive: true });
    });
    const profile = { AWS_PROFILE: "ml", AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: `${file}-none` };
    for (const [name, value] of Object.entries(profile)) vi.stubEnv(name, value);
    expect(await awsCredentials(profile)()).toMatchObject({ accessKeyId: "AKIDPROFILE", secretAccessKey: "secret" });
  });

  test("that are missing keep the event waiting", async () => {
    const { server, receiver } = await start(TOPIC, { credentials: awsCredentials({}, none) });
    expect(await receiver.send(jobEvent(), NOW, forever)).toEqual({
      state: "retry",
      reason: expect.stringContaining("sign in"),
    });
    expect(server.requests).toEqual([]);
  });

  test("that never come are not waited for after an abort", async () => {
    const { receiver } = await start(TOPIC, { credentials: () => new Promise(() => {}) });
    const stop = new AbortController();
    const attempt = receiver.send(jobEvent(), NOW, stop.signal);
    stop.abort();
    expect(await attempt).toMatchObject({ state: "retry", reason: expect.stringContaining("stopped") });
  });
});

describe("a topic", () => {
  test.each([
    ["eu-central-1", "https://sns.eu-central-1.amazonaws.com/"],
    ["cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn/"],
    ["us-gov-west-1", "https://sns.us-gov-west-1.amazonaws.com/"],
  ])("of %s is at %s", async (region, expected) => {
    const addresses: string[] = [];
    const post = async ({ url }: { url: URL }) => {
      addresses.push(url.href);
      return { type: "answer", status: 200, body: "", retryAfter: undefined } as const;
    };
    const topicArn = `arn:aws:sns:${region}:123456789012:jobs`;
    await snsReceiver({ name: "topic", topicArn, credentials, post }).send(jobEvent(), NOW, forever);
    expect(addresses).toEqual([expected]);
  });

  test.each([
    "",
    "job-events",
    "arn:aws:sqs:eu-central-1:123456789012:jobs",
    `${TOPIC} `,
    "arn:aws:sns:us-iso-east-1:123456789012:jobs",
    "arn:aws:sns:evil.example:123456789012:jobs",
    "arn:aws:sns:nowhere:123456789012:jobs",
  ])("is not %j, and the error does not repeat it", (topicArn) => {
    expect(() => snsReceiver({ name: "topic", topicArn, credentials })).toThrow(
      expect.objectContaining({ code: "bad-address", message: expect.not.stringMatching(/123456789012|job-events/) }),
    );
  });
});

test("docs/receivers.md shows a message and its subject as they are published", () => {
  const { Message = "", Subject } = publication(RESTARTING, false);
  const page = readFileSync(new URL("../../../docs/receivers.md", import.meta.url), "utf8");
  expect(page).toContain(`\`\`\`json\n${JSON.stringify(JSON.parse(Message), null, 2)}\n\`\`\``);
  expect(page).toContain(`\`${Subject}\``);
});
