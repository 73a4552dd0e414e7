import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redact } from "#text/redact";

describe("text from a server or a plugin", () => {
  test.each([
    ['jobs.batch is forbidden: User "system:serviceaccount:ml:jobbell" cannot list resource "jobs"', undefined],
    ['Job.batch "x" is invalid: metadata.uid: d32a371d-d1cc-45ce-9b87-03e0d4c6d82e: too old 1274', undefined],
    ["invalid continue token: continue key is not valid", undefined],
    ["a\nb\tc\u0000d\u001b[31me\u202ef\u2028g", "a b c d [31me f g"],
    ['Get "https://user:pw@10.0.0.1:6443/api?x=1": EOF', 'Get "[address]": EOF'],
    ["dial tcp 10.0.0.12:10250: refused, or 10.0.0.13", "dial tcp [address]: refused, or [address]"],
    ["dial tcp [fd00::12]:10250: refused", "dial tcp [address]: refused"],
    ["bearer abcdefghij.klm is wrong", "bearer [secret] is wrong"],
    ["Authorization: Basic YW5uOnB3", "Authorization: Basic [secret]"],
    ["token=abc&x=1", "token=[secret]&x=1"],
    ['{"access_token": "abc", "password":"def"}', '{"access_token": "[secret]", "password":"[secret]"}'],
    ["token: abcdefghijklmnop", "token: [secret]"],
    ["got eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln here", "got [secret] here"],
    ["use whsec_AAAA==, please", "use [secret], please"],
    ['{"url":"https:\\/\\/elsewhere.example\\/x"}', '{"url":"[address]"}'],
    ["got sha256~AbC_d-3 here", "got [secret] here"],
    [`got ${"MIIYn0".repeat(20)} here`, "got [secret] here"],
  ])("%j is quoted without what it must not show", (text, expected = text) => {
    expect(redact(text)).toBe(expected);
  });

  test("shows none of the hidden words, the longest first", () => {
    expect(redact("at api.internal:6443 and api.internal", ["api.internal", "api.internal:6443"])).toBe(
      "at [hidden] and [hidden]",
    );
  });

  test("shows them in no case", () => {
    expect(redact("at API.Internal", ["api.internal"])).toBe("at [hidden]");
  });

  test("hides no word that is too short to be a secret", () => {
    expect(redact("a b", ["a", ""])).toBe("a b");
  });

  test("is one line of at most 300 characters, whatever it is", () => {
    const hostile = fc.oneof(fc.string({ unit: "binary", maxLength: 2000 }), fc.string({ maxLength: 2000 }));
    fc.assert(
      fc.property(hostile, (text) => {
        const line = redact(text);
        expect(line.length).toBeLessThanOrEqual(300);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
    expect(redact("x ".repeat(400))).toBe(`${"x ".repeat(149)}x…`);
  });

  test.each([
    ["names", "a.".repeat(32_768)],
    ["colons", `[${":".repeat(65_536)}`],
    ["secrets", `${"token=abcdefghijkl ".repeat(110)}eyJ${"x".repeat(65_536)}`],
  ])("is short work even where it is 64 kB of %s", (_what, text) => {
    expect(redact(text)).not.toMatch(/abcdef|eyJ|xxx/);
  });

  test("is cut before a word that would be half", () => {
    const cutAt40 = `https://${"x".repeat(1_950)} `;
    expect(redact(`${cutAt40}${"Zm9v+".repeat(20)}`)).toBe("[address]");
  });

  test("is cut after its secrets are gone, never through one", () => {
    const secret = "s3cr3t".repeat(10);
    expect(redact(`${"x ".repeat(145)}${secret}`, [secret])).not.toContain("s3cr");
  });
});
