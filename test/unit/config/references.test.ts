import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, resolveReferences, type Sources } from "#config/references";

/** Sources that know the names below, by the source's own name, and nothing else. */
function knowing(values: Readonly<Record<string, string>>): Sources {
  const source = (scheme: string) => async (name: string) => answer(values[`${scheme}:${name}`]);
  const answer = (value: string | undefined): Answer => (value === undefined ? { complaint: "is missing" } : { value });
  return { env: source("env"), file: source("file"), ssm: source("ssm"), secretsmanager: source("secretsmanager") };
}

const SOURCES = knowing({
  "env:HOST": "example.com",
  "env:PORT": "6443",
  "env:TRICK": "${env:HOST} $${ $&",
  "file:./a b.txt": "content",
  "ssm:/a/b:3": "parameter",
  "secretsmanager:arn:aws:x#key": "secret",
});

const SYNTAX = "a reference is written ${env:NAME}; for the characters ${ themselves write $${";

describe("a text with references", () => {
  it.each([
    ["", ""],
    ["plain", "plain"],
    ["${env:HOST}", "example.com"],
    ["https://${env:HOST}:${env:PORT}/x", "https://example.com:6443/x"],
    ["${env:HOST}${env:HOST}", "example.comexample.com"],
    ["${file:./a b.txt}", "content"],
    ["${ssm:/a/b:3}", "parameter"],
    ["${secretsmanager:arn:aws:x#key}", "secret"],
    ["$${env:HOST}", "${env:HOST}"],
    ["$$${env:HOST}", "$${env:HOST}"],
    ["$${${env:HOST}}", "${example.com}"],
    ["$5 and $ and $$ and {}", "$5 and $ and $$ and {}"],
    ["a\n${env:HOST}\nb", "a\nexample.com\nb"],
    ["${env:TRICK}", "${env:HOST} $${ $&"],
  ])("%j becomes %j", async (text, value) => {
    expect(await resolveReferences(text, SOURCES)).toEqual({ value });
  });

  it.each([
    ["${env:NOPE}", "${env:NOPE}: is missing"],
    ["${env:HOST", "a reference is not closed: } is missing"],
    ["${HOST}", SYNTAX],
    ["${}", SYNTAX],
    ["${s3cret phrase:x}", SYNTAX],
    ["${envv:HOST}", 'unknown source "envv" in a reference, did you mean "env"?'],
    ["${vault:HOST}", 'unknown source "vault" in a reference: use env, file, ssm, secretsmanager'],
    ["${env:}", "${env:…} needs a name"],
    ["${file: }", "${file:…} needs a name"],
  ])("%j is refused: %j", async (text, complaint) => {
    expect(await resolveReferences(text, SOURCES)).toEqual({ complaints: [complaint] });
  });

  it("names every reference that has no value, once", async () => {
    const text = "${env:A} ${env:HOST} ${ssm:b} ${env:A}";
    expect(await resolveReferences(text, SOURCES)).toEqual({
      complaints: ["${env:A}: is missing", "${ssm:b}: is missing"],
    });
  });

  it("may hold any characters, once each ${ is escaped", async () => {
    const anything = fc.string({ unit: fc.constantFrom("$", "{", "}", "env:", "a", "\n") });
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        expect(
          await resolveReferences(
            text.replaceAll("${", () => "$${"),
            SOURCES,
          ),
        ).toEqual({ value: text });
      }),
    );
  });
});
