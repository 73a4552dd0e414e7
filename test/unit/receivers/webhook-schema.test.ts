import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { webhookBodySchema } from "#receivers/webhook/schema";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("schema/webhook-body.schema.json is what the code prints", () => {
  expect(webhookBodySchema()).toBe(read("schema/webhook-body.schema.json"));
});

test("the schema lets a version gain fields", () => {
  expect(webhookBodySchema()).not.toContain('"additionalProperties": false');
});
