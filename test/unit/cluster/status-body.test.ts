import { describe, expect, test } from "vitest";
import { parseStatusBody } from "#cluster/status-body";

describe("the body of an error", () => {
  test.each([
    [
      "a Status",
      '{"kind":"Status","message":"no","reason":"NotFound","details":{"name":"x"},"errorCode":"CCI.02.409101"}',
      { type: "status", message: "no", name: "x" },
    ],
    ["a Status with nothing in it", '{"kind":"Status","details":null}', { type: "status", message: "", name: "" }],
    ["a flat one", '{"error_code":"APIG.1","error_msg":"no"}', { type: "gateway", message: "no (APIG.1)" }],
    ["a flat one without a code", '{"error_msg":"no"}', { type: "gateway", message: "no" }],
    ["a nested one", '{"error":{"code":"Auth.1","message":"no"}}', { type: "gateway", message: "no (Auth.1)" }],
    ["a nested one with a number", '{"error":{"code":401,"message":"no"}}', { type: "gateway", message: "no (401)" }],
    ["text", "404 page not found\n", { type: "text", message: "404 page not found\n" }],
    ["JSON of no known shape", '{"x":1}', { type: "text", message: '{"x":1}' }],
    ["a web page", "\n<!DOCTYPE html><p>no", { type: "html", message: "" }],
  ])("is read as %s", (_what, text, expected) => {
    expect(parseStatusBody(text)).toMatchObject(expected);
  });

  test("is a web page where its content type says so", () => {
    expect(parseStatusBody("<p>no", "text/html; charset=utf-8").type).toBe("html");
  });
});
