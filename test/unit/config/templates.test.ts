import { describe, expect, test } from "vitest";
import { annotationsIn, checkLink, checkTemplate, checkTimeZone } from "#config/templates";

describe("a template of a message", () => {
  test.each([
    ["{{name}}", undefined],
    ["{{nmae}}", 'has no variable "nmae", did you mean "name"?'],
    ["{{exitcode}}", 'has no variable "exitcode", did you mean "exitCode"?'],
    ["{{label.team}}", 'has no variable "label.team", did you mean "labels"?'],
    ["{{annotation.example.com/owner}}", 'has no variable "annotation.example.com/owner", did you mean "annotations"?'],
    ["{{whoever}}", 'has no variable "whoever"'],
    ["{{{name}}}", "must write {{name}}, not {{{name}}} or {{&name}}: what is shown is always made harmless"],
  ])("%s: %s", (text, problem) => {
    expect(checkTemplate(text)).toBe(problem);
  });
});

test.each([
  ["https://x.example/{{name}}", undefined],
  ["https://x.example/{{nmae}}", 'has no variable "nmae", did you mean "name"?'],
  ["x.example/{{name}}", "must begin with https:// or http://"],
])("a link %s: %s", (text, problem) => {
  expect(checkLink(text)).toBe(problem);
});

test("the annotations that templates ask for are known, each once", () => {
  const templates = [
    "{{annotations.a.example/b}} {{name}}",
    "{{#annotations.c}}{{annotations.c}}{{/annotations.c}}",
    "{{",
  ];
  expect(annotationsIn(templates)).toEqual(["a.example/b", "c"]);
});

test("a time zone is one that is known", () => {
  expect([checkTimeZone("Europe/Berlin"), checkTimeZone("UTC")]).toEqual([undefined, undefined]);
  expect(checkTimeZone("Europe/Berlim")).toMatch(/^must be a time zone such as/);
});
