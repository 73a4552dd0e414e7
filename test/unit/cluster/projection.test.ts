import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Projection } from "#cluster/projection";
import type { Fields } from "#jobs/kinds/reader";

/** What is kept of a document that comes in pieces of that many bytes. */
function project(text: string, fields: Fields, size = text.length + 1): string {
  const projection = new Projection(fields);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) projection.push(bytes.subarray(at, at + size));
  return projection.text();
}

const FIELDS: Fields = {
  kind: true,
  items: { metadata: { name: true, labels: true }, spec: { "*": { replicas: true } } },
};

describe("of a document", () => {
  test.each<[string, string, string]>([
    ["the fields that are wanted are kept", `{"kind":"A","x":1,"items":[]}`, `{"kind":"A","items":[]}`],
    ["an object stays one", `{"x":{"kind":"B"}}`, "{}"],
    ["a name counts in its own place only", `{"items":[{"kind":"B","name":"c"}]}`, `{"items":[{}]}`],
    [
      "the elements of an array are looked into",
      `{"items":[{"metadata":{"name":"a","uid":"b"}},{"metadata":{"uid":"c","labels":{"a":"b"}}}]}`,
      `{"items":[{"metadata":{"name":"a"}},{"metadata":{"labels":{"a":"b"}}}]}`,
    ],
    [
      "a star stands for every name",
      `{"items":[{"spec":{"Worker":{"replicas":1,"template":{}},"PS":{"x":[{}]}}}]}`,
      `{"items":[{"spec":{"Worker":{"replicas":1},"PS":{}}}]}`,
    ],
    [
      "what is no object is kept as it is",
      `{"items":[null,1,"x",true,{}],"kind":3}`,
      `{"items":[null,1,"x",true,{}],"kind":3}`,
    ],
    ["an array of arrays is kept as it is", `{"items":[[{"a":[1]}],{"a":1}]}`, `{"items":[[{"a":[1]}],{}]}`],
    ["an object in place of an array is looked into by name", `{"items":{"spec":{},"x":1}}`, `{"items":{"spec":{}}}`],
    [
      "spaces between are left out",
      ` { "x" : 1 ,\n"kind"\t: "A b" , "items" : [ { } ] } `,
      `{"kind":"A b","items":[{}]}`,
    ],
    ["braces and quotes within text are text", `{"x":"}]\\"{[","kind":"\\\\","y":"\\\\\\"}"}`, `{"kind":"\\\\"}`],
    ["text of many bytes a character is whole", `{"kind":"任务 🚀","x":"é"}`, `{"kind":"任务 🚀"}`],
  ])("%s", (_, text, kept) => {
    for (const size of [1, 2, 3, 7, text.length + 9]) expect(project(text, FIELDS, size)).toBe(kept);
  });

  test("everything is everything, to the byte", () => {
    const text = `{"a":[1,{"b":"c"}] , "d":null}`;
    expect(project(text, true, 1)).toBe(text);
  });

  test.each([
    "",
    "{",
    `{"kind"`,
    `{"kind":"A"`,
    `{"kind":"A`,
    `{"items":[{"metadata":{`,
    `{"x":1`,
    `{"kind":"A"]`,
    `{"kind":"A"}}`,
    `{"kind":"A"} x`,
    `{"kind":"A"},`,
    "{kind:1}",
    "nonsense",
  ])("that is no JSON, %j, nothing is kept that would be", (text) => {
    for (const size of [1, 5, 100]) expect(() => JSON.parse(project(text, FIELDS, size))).toThrow(SyntaxError);
  });

  test("that never ends in brackets little is held", () => {
    const projection = new Projection(FIELDS);
    const chunk = Buffer.alloc(1_000_000, "[");
    projection.push(Buffer.from(`{"x":`));
    for (let count = 0; count < 20; count += 1) projection.push(chunk);
    expect(projection.text()).toBe("{");
  });
});

test("whatever the document and wherever it is cut into pieces, a projection keeps what picking from its value would", () => {
  const names = fc.constantFrom("kind", "items", "metadata", "name", "labels", "spec", "replicas", "x", 'a"b', "é");
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue(),
      fc.dictionary(names, tie("document")),
      fc.array(tie("document")),
    ),
  }));
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 40 }), fc.constantFrom(undefined, 2), (value, size, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(JSON.parse(project(text, FIELDS, size))).toEqual(pick(JSON.parse(text), FIELDS));
    }),
    { numRuns: 500 },
  );
});

/** The same of a value, as plainly as it can be said. */
function pick(value: unknown, fields: Fields, inArray = false): unknown {
  if (fields === true || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return inArray ? value : value.map((each) => pick(each, fields, true));
  const kept = Object.entries(value).flatMap(([name, part]) => {
    const wanted = Object.hasOwn(fields, name) ? fields[name] : fields["*"];
    return wanted === undefined ? [] : [[name, pick(part, wanted)]];
  });
  return Object.fromEntries(kept);
}
