import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost } from "#receivers/post";
import { teamsReceiver } from "#receivers/teams/teams";
import { jobEvent } from "../../support/events.ts";
import { startTeams } from "../../support/teams-rules.ts";

const forever = new AbortController().signal;
const post = httpPost({ allowPrivate: true });

async function start(options: Parameters<typeof startTeams>[0] = {}) {
  const teams = await startTeams(options);
  onTestFinished(() => teams.close());
  return { teams, receiver: teamsReceiver({ name: "ml-alerts", webhookUrl: teams.url, post }) };
}

describe("the Teams receiver", () => {
  test("keeps to one message a second, and makes digests only where it is told from when on", async () => {
    const { teams, receiver } = await start();
    expect(receiver.minGapMs).toBe(1_000);
    expect(receiver).not.toHaveProperty("digest");
    expect(teamsReceiver({ name: "a", webhookUrl: teams.url, digestAbove: 5, post }).digest?.above).toBe(5);
  });

  test("posts to the address with all that it carries", async () => {
    const { teams, receiver } = await start();
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({ state: "delivered" });
    const { pathname, search } = new URL(teams.url);
    expect(teams.requests).toMatchObject([{ path: pathname + search, status: 202 }]);
  });

  test("takes a refusal of its pace as such", async () => {
    const { receiver } = await start({ paced: true });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => receiver.send(jobEvent(), 0, forever)));
    expect(outcomes.filter(({ state }) => state === "delivered")).toHaveLength(4);
    expect(outcomes.filter(({ state }) => state === "retry")).toMatchObject([{ throttled: true, retryAfterMs: 1_000 }]);
  });

  test.each([
    [400, "WorkflowTriggerIsNotEnabled", "turn it on"],
    [400, "TriggerInputSchemaMismatch", "Send webhook alerts to a channel"],
    [401, "DirectApiAuthorizationRequired", "copy the whole URL again"],
    [401, "AuthorizationFailed", "signature is wrong"],
    [404, "WorkflowNotFound", "make a new one"],
    [413, "RequestEntityTooLarge", "please report this"],
  ])("an answer of %i %s is dead, and the reason says what to do", async (status, code, advice) => {
    const { teams, receiver } = await start();
    teams.answer({ status, body: JSON.stringify({ error: { code, message: "No." } }) });
    expect(await receiver.send(jobEvent(), 0, forever)).toEqual({
      state: "dead",
      reason: expect.stringMatching(new RegExp(`^HTTP ${status}: .*${advice}.*\\(${code}\\)$`)),
    });
  });

  test("an address whose signature was lost on the way is dead, and the reason says so", async () => {
    const { teams } = await start();
    const receiver = teamsReceiver({ name: "a", webhookUrl: teams.url.replace("&sig=", "&amp;sig="), post });
    expect(await receiver.send(jobEvent(), 0, forever)).toMatchObject({
      state: "dead",
      reason: expect.stringContaining("the URL is not complete"),
    });
  });

  test.each([["not JSON"], ['{"error":{"code":"SomethingNew","message":"Something new"}}']])(
    "an answer that it does not know is quoted: %s",
    async (body) => {
      const { teams, receiver } = await start();
      teams.answer({ status: 400, body });
      expect(await receiver.send(jobEvent(), 0, forever)).toMatchObject({
        reason: expect.stringMatching(/it said: .*(not JSON|Something new)/),
      });
    },
  );

  test.each([["prod.westeurope.logic.azure.com/secret"], ["file:///etc/secret"], [""]])(
    "is not made for the address %j, and the error does not repeat it",
    (webhookUrl) => {
      expect(() => teamsReceiver({ name: "ml-alerts", webhookUrl })).toThrow(
        expect.objectContaining({ code: "bad-address", message: expect.not.stringContaining("secret") }),
      );
    },
  );
});
