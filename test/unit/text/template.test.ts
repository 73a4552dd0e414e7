import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLink } from "#text/link";
import { parseTemplate } from "#text/template";
import { type Lookup, VARIABLES } from "#text/variables";
import { hostileText } from "../../support/events.ts";

const VALUES: Readonly<Record<string, string | readonly string[]>> = {
  name: "mnist",
  namespace: "ml",
  message: "{{name}} {{{uid}}} {{#log}}{{.}}{{/log}} {{=<% %>=}}",
  log: ["one", "two"],
  warnings: [],
  "labels.app.kubernetes.io/name": "a/b",
};
const lookup: Lookup = (name) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined);

function rendered(text: string): string {
  const template = parseTemplate(text);
  if ("complaint" in template) throw new Error(template.complaint);
  return template.render(lookup);
}

const complaint = (text: string) => {
  const template = parseTemplate(text);
  return "complaint" in template ? template.complaint : undefined;
};

describe("a template", () => {
  test.each([
    ["{{name}} in {{ namespace }}", "mnist in ml"],
    ["{{labels.app.kubernetes.io/name}}", "a/b"],
    ["{{#reason}}because {{reason}}{{/reason}}{{^reason}}nobody knows{{/reason}}", "nobody knows"],
    ["{{#name}}<{{.}}>{{/name}}", "<mnist>"],
    ["{{#log}}\n> {{.}} of {{name}}\n{{/log}}", "> one of mnist\n> two of mnist\n"],
    ["{{log}}|{{warnings}}|{{^warnings}}none{{/warnings}}", "one\ntwo||none"],
    ["{{! a remark }}x", "x"],
    ["{{labels.constructor}}{{labels.__proto__}}", ""],
    ["<b> & \"c\" 'd'", "<b> & \"c\" 'd'"],
  ])("%j says %j", (text, said) => {
    expect(rendered(text)).toBe(said);
  });

  test("reads no value as a template", () => {
    expect(rendered("{{message}}")).toBe(VALUES.message);
  });

  test.each([
    ["{{{name}}}", "must write {{name}}, not {{{name}}}"],
    ["{{&name}}", "must write {{name}}, not {{{name}}}"],
    ["{{> other}}", "must not have {{>…}}"],
    ["{{=<% %>=}}<%name%>", "must not have {{=…}}"],
    ["{{name", "is no template: unclosed tag at 6"],
    ["{{#name}}x", 'is no template: unclosed section "name" at 10'],
    ["x{{/name}}", 'is no template: unopened section "name" at 1'],
    ["{{nam}}", 'has no variable "nam"'],
    ["{{#owner}}x{{/owner}}", 'has no variable "owner"'],
    ["{{.}}", 'has no variable "."'],
    ["{{labels.}}", 'has no variable "labels."'],
    ["{{__proto__}}", 'has no variable "__proto__"'],
    ["{{toString}}", 'has no variable "toString"'],
    ["{{#name}}{{#kind}}{{#uid}}{{#pod}}x{{/pod}}{{/uid}}{{/kind}}{{/name}}", "sections more than 3 deep"],
    ["{{#log}}{{#name}}{{#log}}x{{/log}}{{/name}}{{/log}}", "must not have {{#log}} within a list"],
    ["x".repeat(4_001), "must have at most 4000 characters"],
  ])("%.60s is refused: %s", (text, problem) => {
    expect(complaint(text)).toContain(problem);
  });

  test("of any text is made or refused in one line, and never throws", () => {
    const part = fc.oneof(fc.constantFrom("{{", "}}", "{{#", "{{/", "name", "log", " ", "=", "{{{", "\n"), hostileText);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        expect(complaint(parts.join("")) ?? "fine").toMatch(/^[^\n]{1,400}$/);
      }),
      { numRuns: 500 },
    );
  });

  test("makes no more of the longest values than 8,000 characters", () => {
    const template = parseTemplate("{{#log}}{{message}}{{.}}{{/log}}".repeat(50));
    if ("complaint" in template) throw new Error(template.complaint);
    const long = "x".repeat(32_000);
    const said = template.render((name) => (name === "log" ? Array.from({ length: 20 }, () => long) : long));
    expect(said.length).toBeLessThan(10_100);
  });

  test("names what it needs", () => {
    const template = parseTemplate(
      "{{name}}{{#log}}{{.}}{{/log}}{{annotations.a/b}}{{^rule.type}}{{name}}{{/rule.type}}",
    );
    expect(template).toMatchObject({ names: ["name", "log", "annotations.a/b", "rule.type"] });
  });
});

describe("a link", () => {
  const to = (text: string, values: Lookup = lookup) => {
    const link = parseLink(text);
    if ("complaint" in link) throw new Error(link.complaint);
    return link(values);
  };

  test.each([
    ["https://x.example/{{namespace}}/{{name}}?v=1", "https://x.example/ml/mnist?v=1"],
    [
      "http://grafana.internal:3000/d?app={{labels.app.kubernetes.io/name}}",
      "http://grafana.internal:3000/d?app=a%2Fb",
    ],
    ["https://x.example", "https://x.example/"],
    ["https://x.example/(a)|'b'", "https://x.example/%28a%29%7C%27b%27"],
    ["https://x.example/{{reason}}", undefined],
  ])("%s leads to %s", (text, url) => {
    expect(to(text)).toBe(url);
  });

  test.each([
    ["ftp://x.example/", "must begin with https:// or http://"],
    ["javascript:alert(1)", "must begin with https:// or http://"],
    ["https://{{cluster}}.example/", "behind the host"],
    ["https://x.example{{name}}", "behind the host"],
    ["https://user:word@x.example/", "behind the host"],
    ["https://x.example/{{log}}", "only variables of one line"],
    ["https://x.example/{{#name}}a{{/name}}", "only variables of one line"],
    ["https://x.example/{{nam}}", 'has no variable "nam"'],
    ["https://[/", "an address that a browser can open"],
  ])("%s is refused: %s", (text, problem) => {
    expect(parseLink(text)).toMatchObject({ complaint: expect.stringContaining(problem) });
  });

  test("stays at its host and its path, whatever the values are", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constantFrom(".", "..", "/../", "@evil.example", "\\\\evil")), (value) => {
        const url = to("https://x.example/jobs/{{name}}/{{uid}}/log?q={{name}}#{{name}}", () => value);
        if (url === undefined) return;
        expect(url).toMatch(/^https:\/\/x\.example\/jobs\/[^/?#]+\/[^/?#]+\/log\?q=[^?#&]+#[^#]+$/);
        expect(url).not.toMatch(/[\s<>|()"'\\^`{}]/);
      }),
      { numRuns: 500 },
    );
  });

  test("that would be longer than people can use is left out", () => {
    expect(to("https://x.example/{{name}}", () => "x".repeat(600))).toBeUndefined();
  });
});

test("the variables are told from what is none", () => {
  for (const name of VARIABLES) expect(complaint(`{{${name}}}`)).toBeUndefined();
});
