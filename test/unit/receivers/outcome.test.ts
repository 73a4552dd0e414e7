import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "#receivers/outcome";
import type { PostFailure, PostResult } from "#receivers/post";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 11);

function answer(status: number, rest: { body?: string; retryAfter?: string } = {}): PostResult {
  return { type: "answer", status, retryAfter: rest.retryAfter, body: rest.body ?? "" };
}

describe("the outcome of an answer", () => {
  test.each([
    [301, "HTTP 301: redirects are not followed; configure the URL that it leads to"],
    [400, "HTTP 400: the receiver does not accept it"],
    [401, "HTTP 401: the receiver does not accept the credentials; check its URL and secret"],
    [404, "HTTP 404: there is no receiver at this URL"],
    [410, "HTTP 410: the receiver is gone"],
  ])("%i is dead, and the reason says what to do", (status, reason) => {
    expect(outcomeOf(answer(status), { now: NOW, secrets: [] })).toEqual({ state: "dead", reason });
  });

  test("any status has exactly one outcome: success, passing trouble, or the end", () => {
    const property = fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
      const { state } = outcomeOf(answer(status), { now: NOW, secrets: [] });
      const passing = [408, 425, 429].includes(status) || status >= 500;
      expect(state).toBe(status >= 200 && status < 300 ? "delivered" : passing ? "retry" : "dead");
    });
    fc.assert(property);
  });

  test("a 429 without Retry-After is throttled, a 503 without it is trouble", () => {
    expect(outcomeOf(answer(429), { now: NOW, secrets: [] })).toHaveProperty("throttled", true);
    expect(outcomeOf(answer(503), { now: NOW, secrets: [] })).not.toHaveProperty("throttled");
  });

  test("a refusal is quoted, trouble is not", () => {
    const reading = { now: NOW, secrets: [] };
    expect(outcomeOf(answer(422, { body: " no\nsuch\u0007 field " }), reading)).toHaveProperty(
      "reason",
      "HTTP 422: the receiver does not accept it; it said: no such field",
    );
    expect(outcomeOf(answer(502, { body: "<html>nginx" }), reading)).toHaveProperty(
      "reason",
      "HTTP 502: the receiver is in trouble",
    );
  });

  test("the receiver's own explanation goes before the general one", () => {
    const explain = (body: string) => (body === "no_service" ? "make a new webhook" : undefined);
    const reading = { now: NOW, secrets: [], explain };
    expect(outcomeOf(answer(404, { body: "no_service" }), reading)).toHaveProperty(
      "reason",
      "HTTP 404: make a new webhook",
    );
    expect(outcomeOf(answer(404, { body: "else" }), reading)).toHaveProperty(
      "reason",
      "HTTP 404: there is no receiver at this URL; it said: else",
    );
  });

  test.each<[PostFailure]>([
    ["timeout"],
    ["refused"],
    ["reset"],
    ["unresolved"],
    ["unreachable"],
    ["tls"],
    ["garbled"],
    ["stopped"],
  ])("no answer because of %s is tried again", (failure) => {
    const outcome = outcomeOf({ type: "failure", failure }, { now: NOW, secrets: [] });
    expect(outcome).toEqual({ state: "retry", reason: expect.stringMatching(/^[a-z ':]{10,}$/i) });
  });
});
