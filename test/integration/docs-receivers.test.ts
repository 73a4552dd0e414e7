import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpPost } from "#receivers/post";
import { signer } from "#receivers/webhook/sign";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { jobEvent } from "../support/events.ts";
import { python3 } from "../support/python.ts";

const secretOf = (words: string) => `whsec_${Buffer.from(words.padEnd(32, ".")).toString("base64")}`;
const [OLD, NEW, FOREIGN] = [secretOf("the old one"), secretOf("the new one"), secretOf("of somebody else")];
const MINUTE = 60_000;
const forever = new AbortController().signal;

/** The program in that language that a reader is told to copy. */
function codeIn(language: string): string {
  const page = readFileSync(new URL("../../docs/delivery.md", import.meta.url), "utf8");
  const [, code] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/delivery.md has no ${language}`);
  return code;
}

/** Runs it, with the secrets that it is to know. */
async function start(command: string, file: string, secrets: string) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, WEBHOOK_SECRETS: secrets, PORT: "0" };
  const child = spawn(command, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? "it ended";
  let listening = await next();
  while (!/\d{4,5}/.test(listening)) listening += await next();
  const [port] = /\d{4,5}/.exec(listening) ?? [];
  return { url: `http://127.0.0.1:${port}/hooks`, next, close: () => child.kill() };
}

const LANGUAGES = [
  ["ts", "receiver.ts", () => process.execPath],
  ["python", "receiver.py", python3],
] as const;

describe.each(LANGUAGES)("the receiver in docs/delivery.md, in %s,", (language, name, command) => {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-docs-"));
  let receiver: Awaited<ReturnType<typeof start>>;
  let count = 0;

  beforeAll(async () => {
    writeFileSync(join(folder, name), codeIn(language));
    receiver = await start(command(), join(folder, name), `${NEW} ${OLD}`);
  });

  afterAll(() => {
    receiver?.close();
    rmSync(folder, { recursive: true });
  });

  /** An event of a job that no other has. */
  function fresh() {
    count += 1;
    return jobEvent({ id: `evt_${count}`, name: `job-${count}`, message: "déjà vu 🔁" });
  }

  function send(event: ReturnType<typeof fresh>, secrets: readonly string[] = [NEW], now = Date.now()) {
    const post = httpPost({ allowPrivate: true });
    return webhookReceiver({ name: "hook", url: receiver.url, secrets, post }).send(event, now, forever);
  }

  /** What is posted, to be changed on the way. */
  async function signed(event: ReturnType<typeof fresh>) {
    const posted: { headers: Record<string, string>; body: string }[] = [];
    const post: ReturnType<typeof httpPost> = async ({ headers, body }) => {
      posted.push({ headers: { ...headers }, body });
      return { type: "answer", status: 204, retryAfter: undefined, body: "" };
    };
    const hook = webhookReceiver({ name: "hook", url: receiver.url, secrets: [NEW], post });
    await hook.send(event, Date.now(), forever);
    const [first] = posted;
    if (first === undefined) throw new Error("nothing was posted");
    return first;
  }

  const statusOf = async (headers: Record<string, string>, body: string) =>
    (await fetch(receiver.url, { method: "POST", headers, body })).status;

  /** Nothing of what was refused was worked on: the next line is of what comes now. */
  async function expectNothingDone() {
    const event = fresh();
    expect(await send(event)).toEqual({ state: "delivered" });
    expect(await receiver.next()).toBe(`Failed: ml/${event.name}`);
  }

  test.each([
    ["the new secret", [NEW]],
    ["the old one", [OLD]],
    ["both", [NEW, OLD]],
    ["one that it knows and one that it does not", [FOREIGN, OLD]],
  ])("takes what is signed with %s", async (_, secrets) => {
    const event = fresh();
    expect(await send(event, secrets)).toEqual({ state: "delivered" });
    expect(await receiver.next()).toBe(`Failed: ml/${event.name}`);
  });

  test.each([
    ["is signed with another secret", [FOREIGN], 0],
    ["is not signed", [], 0],
    ["is six minutes old", [NEW], -6 * MINUTE],
    ["comes from six minutes ahead", [NEW], 6 * MINUTE],
  ])("refuses for good what %s", async (_, secrets, offset) => {
    expect(await send(fresh(), secrets, Date.now() + offset)).toMatchObject({ state: "dead" });
    await expectNothingDone();
  });

  test("takes what is four minutes old, or ahead", async () => {
    for (const offset of [-4 * MINUTE, 4 * MINUTE]) {
      const event = fresh();
      expect(await send(event, [NEW], Date.now() + offset)).toEqual({ state: "delivered" });
      expect(await receiver.next()).toBe(`Failed: ml/${event.name}`);
    }
  });

  test("takes an event that comes twice, and works on it once", async () => {
    const event = fresh();
    for (const now of [Date.now() - MINUTE, Date.now()])
      expect(await send(event, [NEW], now)).toEqual({ state: "delivered" });
    expect(await receiver.next()).toBe(`Failed: ml/${event.name}`);
    await expectNothingDone();
  });

  test("refuses what was changed on the way", async () => {
    const { headers, body } = await signed(fresh());
    expect(await statusOf(headers, body.replace("Failed", "Succeeded"))).toBe(401);
    expect(await statusOf({ ...headers, "webhook-id": "evt_other" }, body)).toBe(401);
    expect(await statusOf({ ...headers, "webhook-timestamp": String(Math.floor(Date.now() / 1000) + 5) }, body)).toBe(
      401,
    );
    await expectNothingDone();
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("refuses what has no %s", async (missing) => {
    const { headers, body } = await signed(fresh());
    const others = Object.entries(headers).filter(([header]) => header !== missing);
    expect(await statusOf(Object.fromEntries(others), body)).toBe(401);
    await expectNothingDone();
  });

  test.each(["", "v1", "v1,", "v1,abc", "v1,\u00e9\u00e8", "v2,abc v1a,xyz"])(
    "refuses %j for a signature, and does not fall over it",
    async (signature) => {
      const { headers, body } = await signed(fresh());
      expect(await statusOf({ ...headers, "webhook-signature": signature }, body)).toBe(401);
      expect(await statusOf({ ...headers, "webhook-timestamp": `${signature}1e9` }, body)).toBe(401);
      await expectNothingDone();
    },
  );

  test("says 500 where the work fails, and does it when the same id comes again", async () => {
    const event = fresh();
    const sign = signer("hook", [NEW]);
    expect(await statusOf(sign(event.id, Date.now(), "no JSON"), "no JSON")).toBe(500);
    expect(await send(event)).toEqual({ state: "delivered" });
    expect(await receiver.next()).toBe(`Failed: ml/${event.name}`);
  });
});
