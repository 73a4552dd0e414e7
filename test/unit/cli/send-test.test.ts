import { expect, test } from "vitest";
import { sendSample } from "#cli/operate/send-test";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import type { Outcome, Receiver } from "#receivers/receiver";

/** A receiver that answers as it is told, what it was sent, and what was said of it. */
function scene(kind: string, ...answers: readonly Outcome[]) {
  const sent: { readonly event: JobEvent; readonly memo: string | undefined }[] = [];
  const said: string[] = [];
  const script = [...answers];
  const receiver: Receiver = {
    ...{ name: "pager", kind, minGapMs: 0 },
    send: async (event, _now, _signal, memo) => {
      sent.push({ event, memo });
      return script.shift() ?? { state: "delivered" };
    },
  };
  const ears = {
    well: (line: string) => said.push(`well: ${line}`),
    wrong: (line: string) => said.push(`wrong: ${line}`),
  };
  return { receiver, sent, said, ears };
}

test.each(EVENT_TYPES)("a sample of %s says that it is a test, and is like no other", async (type) => {
  const { receiver, sent, ears } = scene("slack");
  expect(await sendSample(receiver, type, ears)).toBe(0);
  expect(await sendSample(receiver, type, ears)).toBe(0);
  const [first, second] = sent.map(({ event }) => event);
  expect(sent).toHaveLength(2);
  expect(first).toMatchObject({ event: type, message: expect.stringContaining("This is a test of Jobbell") });
  expect(first?.id).toMatch(/^evt_[0-9a-f]{32}$/);
  expect([first?.id === second?.id, first?.uid === second?.uid]).toEqual([false, false]);
});

test("an alert that a sample opens is closed again, as the same job", async () => {
  const { receiver, sent, said, ears } = scene("pagerduty", { state: "delivered", memo: "m" });
  expect(await sendSample(receiver, "Failed", ears)).toBe(0);
  expect(sent.map(({ event, memo }) => [event.event, memo])).toEqual([
    ["Failed", undefined],
    ["Succeeded", "m"],
  ]);
  expect(sent[0]?.event.uid).toBe(sent[1]?.event.uid);
  expect(sent[0]?.event.id).not.toBe(sent[1]?.event.id);
  expect(said).toEqual([
    expect.stringMatching(/^well: pager \(pagerduty\): Failed delivered in \d+ ms$/),
    expect.stringMatching(/^well: pager \(pagerduty\): Succeeded delivered in \d+ ms$/),
  ]);
});

test("an alert that could not be opened is not closed, and one that could not be closed is a failure", async () => {
  const shut = scene("pagerduty", { state: "dead", reason: "no such\nkey" });
  expect(await sendSample(shut.receiver, "Failed", shut.ears)).toBe(1);
  expect(shut.said).toEqual(["wrong: pager (pagerduty): Failed refused for good: no such key"]);
  const open = scene("pagerduty", { state: "delivered" }, { state: "retry", reason: "HTTP 503" });
  expect(await sendSample(open.receiver, "Failed", open.ears)).toBe(1);
  expect(open.said[1]).toBe("wrong: pager (pagerduty): Succeeded not delivered, a run would try again: HTTP 503");
});
