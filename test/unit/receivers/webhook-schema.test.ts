import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERSION } from "#receivers/version";
import { webhookBodySchema } from "#receivers/webhook/schema";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("schema/webhook-body.schema.json is what the code prints", () => {
  expect(webhookBodySchema()).toBe(read("schema/webhook-body.schema.json"));
});

test("the schema lets a version gain fields", () => {
  expect(webhookBodySchema()).not.toContain('"additionalProperties": false');
});

test("the version that requests carry is the package's", () => {
  expect(VERSION).toBe(JSON.parse(read("package.json")).version);
});
