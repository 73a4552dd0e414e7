import { describe, expect, test } from "vitest";
import { type EksOptions, eksToken } from "#cluster/auth/eks";
import { everythingOf, failure, SIGNAL } from "../open.ts";
import { verifyEksToken } from "./eks-verifier.ts";

const START = Date.parse("2026-11-21T00:13:07.250Z");
const MINUTE_MS = 60_000;
const SESSION = `IQoJb3JpZ2luX2VjE${"+/=a".repeat(200)}`;
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG" };
const SECRETS = { AKIAEXAMPLE: { secret: "wJalrXUtnFEMI/K7MDENG" }, ASIAROLE: { secret: "other+/", session: SESSION } };

function open(options: Partial<EksOptions> = {}) {
  const clock = { now: START };
  const defaults = { cluster: "prod", eksCluster: "ml-1", region: "eu-central-1", env: KEYS, now: () => clock.now };
  return { clock, credentials: eksToken({ ...defaults, ...options }) };
}

async function tokenOf(credentials: ReturnType<typeof eksToken>): Promise<string> {
  const { headers } = await credentials.current(SIGNAL);
  return headers.authorization!.replace(/^Bearer /, "");
}

describe("a token of EKS", () => {
  test.each<[string, Partial<EksOptions>, string, RegExp]>([
    ["a user", {}, "AKIAEXAMPLE", /^https:\/\/sts\.eu-central-1\.amazonaws\.com\/\?/],
    [
      "a role",
      {
        env: {
          AWS_ACCESS_KEY_ID: "ASIAROLE",
          AWS_SECRET_ACCESS_KEY: "other+/",
          AWS_SESSION_TOKEN: SESSION,
        },
      },
      "ASIAROLE",
      /Security-Token=/,
    ],
    ["a user in China", { region: "cn-north-1" }, "AKIAEXAMPLE", /^https:\/\/sts\.cn-north-1\.amazonaws\.com\.cn\/\?/],
    [
      "a function, in its own region",
      { region: undefined, env: { ...KEYS, AWS_REGION: "us-east-2", AWS_DEFAULT_REGION: "eu-west-1" } },
      "AKIAEXAMPLE",
      /^https:\/\/sts\.us-east-2\./,
    ],
    [
      "a user with a default region",
      { region: undefined, env: { ...KEYS, AWS_DEFAULT_REGION: "eu-west-1" } },
      "AKIAEXAMPLE",
      /^https:\/\/sts\.eu-west-1\./,
    ],
  ])("is what the cluster's authenticator and STS accept of %s", async (_who, options, access, url) => {
    const { credentials } = open(options);
    const token = await tokenOf(credentials);
    expect(Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString()).toMatch(url);
    expect(verifyEksToken(token, { cluster: "ml-1", secrets: SECRETS, now: START })).toBe(access);
  });

  test("is for one cluster only, and for a quarter of an hour", async () => {
    const token = await tokenOf(open().credentials);
    const verifier = { cluster: "ml-1", secrets: SECRETS, now: START };
    expect(() => verifyEksToken(token, { ...verifier, cluster: "ml-2" })).toThrow("SignatureDoesNotMatch");
    expect(() => verifyEksToken(token, { ...verifier, now: START + 16 * MINUTE_MS })).toThrow("expired");
  });

  test("is the same for everybody until a while before its end, and then a new one", async () => {
    const { clock, credentials } = open();
    const first = new Set(await Promise.all(Array.from({ length: 20 }, () => tokenOf(credentials))));
    expect(first.size).toBe(1);
    clock.now = START + 13 * MINUTE_MS - 1;
    const [kept] = first;
    expect(await tokenOf(credentials)).toBe(kept);
    clock.now += 1;
    const renewed = await tokenOf(credentials);
    expect(renewed).not.toBe(kept);
    const verifier = { cluster: "ml-1", secrets: SECRETS, now: START + 27 * MINUTE_MS };
    expect(verifyEksToken(renewed, verifier)).toBe("AKIAEXAMPLE");
  });

  test("is made of the keys that the environment has at that time", async () => {
    const env: Record<string, string> = { ...KEYS };
    const { clock, credentials } = open({ env });
    await tokenOf(credentials);
    Object.assign(env, {
      AWS_ACCESS_KEY_ID: "ASIAROLE",
      AWS_SECRET_ACCESS_KEY: "other+/",
      AWS_SESSION_TOKEN: SESSION,
    });
    clock.now += 14 * MINUTE_MS;
    const verifier = { cluster: "ml-1", secrets: SECRETS, now: clock.now };
    expect(verifyEksToken(await tokenOf(credentials), verifier)).toBe("ASIAROLE");
  });

  test.each<[string, Partial<EksOptions>, string]>([
    ["keys", { env: { AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI" } }, "no AWS keys: set AWS_ACCESS_KEY_ID and"],
    ["a secret key", { env: { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE" } }, "no AWS keys: set AWS_ACCESS_KEY_ID and"],
    ["a region", { region: undefined }, "no AWS region: set auth.eks.region or AWS_REGION"],
  ])("that lacks %s is an error that says what to set", async (_what, options, message) => {
    const error = await failure(open(options).credentials.current(SIGNAL));
    expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
    expect(error.message).toContain(`cluster "prod" needs credentials: the environment has ${message}`);
    expect(everythingOf(error)).not.toMatch(/wJalr|AKIAEXAMPLE|\n.*\n.*token/);
  });
});
