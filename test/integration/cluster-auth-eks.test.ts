import { describe, expect, test } from "vitest";
import { type Answer, json, serve } from "../support/http.ts";
import { openConfigured } from "../unit/cluster/auth/configured.ts";
import { verifyEksToken } from "../unit/cluster/auth/eks-verifier.ts";
import { everythingOf, failure, listAll, pageOf, statusOf } from "../unit/cluster/open.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG" };
const AUTH = "auth: { eks: { cluster: ml-1, region: eu-central-1 } }";

/** An API server of EKS that knows one key. */
const apiServer =
  (secret = KEYS.AWS_SECRET_ACCESS_KEY): Answer =>
  ({ headers }, response) => {
    const verifier = { cluster: "ml-1", secrets: { AKIAEXAMPLE: { secret } }, now: Date.now() };
    try {
      verifyEksToken((headers.authorization ?? "").replace("Bearer ", ""), verifier);
      json(response, pageOf(["a"]));
    } catch (error) {
      json(response, statusOf(401, "Unauthorized", `${error}: ${headers.authorization}`), 401);
    }
  };

describe("a cluster of EKS", () => {
  test("lets in whoever has IAM credentials in the environment", async () => {
    await using server = await serve(apiServer());
    await using cluster = await openConfigured(`server: "${server.url}", ${AUTH}`, KEYS);
    const lists = await Promise.all([listAll(cluster), listAll(cluster), listAll(cluster)]);
    expect(lists.map(({ items }) => items.length)).toEqual([1, 1, 1]);
    expect(new Set(server.seen.map(({ headers }) => headers.authorization)).size).toBe(1);
  });

  test("that refuses the token is asked once more with a new one, and no error shows either", async () => {
    await using server = await serve(apiServer("another secret"));
    await using cluster = await openConfigured(`server: "${server.url}", ${AUTH}`, KEYS);
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("unauthorized");
    expect(server.seen.length).toBe(2);
    expect(everythingOf(error)).not.toMatch(/k8s-aws|AKIAEXAMPLE|wJalr/);
  });

  test("is not asked at all without credentials", async () => {
    await using server = await serve(apiServer());
    await using cluster = await openConfigured(`server: "${server.url}", ${AUTH}`);
    expect((await failure(listAll(cluster))).message).toContain("the environment has no AWS keys");
    expect(server.seen).toEqual([]);
  });
});
