import fc from "fast-check";
import { EVENT_TYPES } from "#jobs/event";
import { LISTS, VARIABLES } from "#text/variables";
import type { Wording } from "#words/words";

const name = fc.constantFrom(...VARIABLES, "labels.team", "labels.__proto__", "annotations.app.kubernetes.io/name");

const piece = fc.oneof(
  fc.constantFrom(
    "",
    "<!channel> ",
    "*all* ",
    "@everyone ",
    "\n# ",
    "[ok](https://evil.example) ",
    "```",
    "\u202e",
    "{ {",
  ),
  name.map((variable) => `{{${variable}}}`),
  name.map((variable) => `{{#${variable}}}<{{.}}>{{^labels.x}}none{{/labels.x}}{{/${variable}}}`),
  fc.constantFrom(...LISTS).map((list) => `{{#${list}}}{{message}}{{/${list}}}`),
  fc.nat(3_000).map((length) => "x".repeat(length)),
);

/** A template that the configuration's check lets pass, which says what it is given in the worst of ways. */
const hostileTemplate: fc.Arbitrary<string> = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.reduce((text, each) => (text.length + each.length > 4_000 ? text : text + each), ""));

const link = fc.record({
  title: fc.constantFrom("Logs", "<!channel>", "](https://evil.example)", "a|b>c", " "),
  url: fc
    .array(
      name.filter((variable) => !LISTS.includes(variable)),
      { maxLength: 4 },
    )
    .map((names) => ["https://logs.example.com", ...names.map((variable) => `{{${variable}}}`), "?q=(1)"].join("/")),
});

/** Any wording that the configuration's check lets pass. */
export const hostileWording: fc.Arbitrary<Wording> = fc.record(
  {
    language: fc.constantFrom("en", "zh"),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Shanghai"),
    dateStyle: fc.constantFrom("iso", "short", "long"),
    links: fc.array(link, { maxLength: 5 }),
    templates: fc.array(
      fc.record(
        { on: fc.subarray([...EVENT_TYPES], { minLength: 1 }), headline: hostileTemplate, text: hostileTemplate },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
