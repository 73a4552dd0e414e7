import { describe, expect, test } from "vitest";
import { excerpt, secretParts } from "#receivers/redact";

const URL_WITH_ALL = new URL(
  "https://user:pa55word@hooks.example.com:8443/in/T0AB%C3%A9CD/secretpath?token=abcd1234&v=1",
);
const secrets = secretParts(URL_WITH_ALL);

describe("an excerpt", () => {
  test.each([
    ["plain words stay", "plain words stay"],
    ["", ""],
    ["two\r\nlines\tand \u001b[1mmore\u0000", "two lines and [1mmore"],
    ["<html><body><h1>404</h1>Not\nFound</body></html>", "404 Not Found"],
    ["Cannot POST /in/T0AB%C3%A9CD/secretpath", "Cannot POST [hidden]"],
    ["in T0ABéCD it is", "in [hidden] it is"],
    ["HOOKS.EXAMPLE.COM is not a host", "[hidden] is not a host"],
    ["the user:pa55word and abcd1234", "the [hidden]:[hidden] and [hidden]"],
    ["go to https://elsewhere.example/x?y=z now", "go to [address] now"],
    ['{"url":"https:\\/\\/elsewhere.example\\/x"}', '{"url":"[address]"}'],
    ["use whsec_AAAA==, please", "use [secret], please"],
    ["upstream 10.0.0.7:8080 and [fd00::1]:443", "upstream [address] and [address]"],
  ])("of %j is %j", (text, expected) => {
    expect(excerpt(text, secrets)).toBe(expected);
  });

  test("has at most 200 characters and ends in … where it was cut, never in half a character", () => {
    const cut = excerpt("🔥".repeat(300), secrets);
    expect(cut).toBe(`${"🔥".repeat(99)}…`);
  });

  test("hides a path that is no valid encoding", () => {
    const parts = secretParts(new URL("https://hooks.example.com/%zz-secret"));
    expect(excerpt("no %zz-secret here", parts)).toBe("no [hidden] here");
  });

  test("does not take words for secrets because a part of the URL is short", () => {
    expect(excerpt("in v1 there is no such thing", secretParts(new URL("https://a.example/in/v1?x=y")))).toBe(
      "in v1 there is no such thing",
    );
  });
});
