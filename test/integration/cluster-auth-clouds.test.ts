import { describe, expect, test } from "vitest";
import type { Credentials } from "#cluster/access";
import { type AksClientOptions, aksClient, aksIdentity } from "#cluster/auth/aks";
import { gkeMetadata, gkeServiceAccount } from "#cluster/auth/gke";
import { type Answer, json, serve } from "../support/http.ts";
import {
  APPLICATION,
  azureApp,
  azureMetadata,
  entraId,
  googleMetadata,
  googleTokens,
  serviceAccountKey,
  taking,
} from "../unit/cluster/auth/clouds.ts";
import { openConfigured } from "../unit/cluster/auth/configured.ts";
import { everythingOf, failure, listAll, SIGNAL } from "../unit/cluster/open.ts";

const MINUTE_MS = 60_000;
const START = Date.parse("2026-11-21T00:13:07Z");
const tokenOf = async (credentials: Credentials) => (await credentials.current(SIGNAL)).headers.authorization;
const aks = (url: string, changes: Partial<AksClientOptions> = {}) =>
  aksClient({ cluster: "prod", ...APPLICATION, authority: url, proxy: undefined, ...changes });
const gke = (url: string, now = Date.now, changes: object = {}) =>
  gkeServiceAccount({ cluster: "prod", key: serviceAccountKey(url, changes), proxyFor: () => undefined, now });

interface Way {
  readonly tokens: Answer;
  readonly first: string;
  readonly second: string;
  /** `auth` in the configuration. */
  readonly auth: string;
  readonly env: (url: string) => Readonly<Record<string, string>>;
}

const WAYS: readonly (readonly [string, Way])[] = [
  [
    "a key of a service account of Google",
    {
      tokens: googleTokens(),
      first: "google-1",
      second: "google-2",
      auth: 'gke: { serviceAccountKey: "${env:KEY}" }',
      env: (url) => ({ KEY: serviceAccountKey(url) }),
    },
  ],
  [
    "Google's metadata server",
    {
      tokens: googleMetadata,
      first: "meta-1",
      second: "meta-2",
      auth: "gke: { metadataServer: true }",
      env: (url) => ({ GCE_METADATA_HOST: url.replace("http://", ""), HTTPS_PROXY: "http://nobody.invalid:1" }),
    },
  ],
  [
    "an application of Entra ID",
    {
      tokens: entraId,
      first: "entra-1",
      second: "entra-2",
      auth: 'aks: { tenant: 11111111-2222, clientId: "${env:ID}", clientSecret: "${env:SECRET}", authority: "${env:URL}" }',
      env: (url) => ({ ID: APPLICATION.clientId, SECRET: APPLICATION.clientSecret, URL: url }),
    },
  ],
  [
    "a managed identity of an app on Azure",
    {
      tokens: azureApp,
      first: "app-1-system",
      second: "app-2-system",
      auth: "aks: { managedIdentity: true }",
      env: (url) => ({ IDENTITY_ENDPOINT: `${url}/msi/token?`, IDENTITY_HEADER: "header-s3cr3t" }),
    },
  ],
];

describe.each(WAYS)("%s", (_name, { tokens, first, second, auth, env }) => {
  const open = (server: string, url: string) => openConfigured(`server: "${server}", auth: { ${auth} }`, env(url));

  test("lets in, with one token for many requests", async () => {
    await using service = await serve(tokens);
    await using server = await serve(taking(first));
    await using cluster = await open(server.url, service.url);
    const lists = await Promise.all(Array.from({ length: 10 }, () => listAll(cluster)));
    expect(lists.flatMap(({ items }) => items).length).toBe(10);
    expect(service.seen.length).toBe(1);
  });

  test("makes a new token after a 401, once, and no error shows either", async () => {
    await using service = await serve(tokens);
    await using server = await serve(taking(second));
    await using cluster = await open(server.url, service.url);
    expect((await listAll(cluster)).items.length).toBe(1);
    expect([server.seen.length, service.seen.length]).toEqual([2, 2]);
    await using stranger = await serve(taking("none"));
    await using refused = await open(stranger.url, service.url);
    const error = await failure(listAll(refused));
    expect(error.code).toBe("unauthorized");
    expect(stranger.seen.length).toBe(2);
    expect(everythingOf(error)).not.toMatch(/(google|meta|entra|app)-\d|s3cr3t|127\.0\.0\.1|PRIVATE KEY/);
  });

  test.each<[string, Answer, string]>([
    ["refuses", (_seen, response) => json(response, { error: "<s3cr3t>", error_description: "s3cr3t" }, 403), "(403):"],
    ["is busy", (_seen, response) => json(response, {}, 503), "refuses (503): "],
    ["answers something else", (_seen, response) => void response.end("<html>"), "answers without a token"],
    ["has no token", (_seen, response) => json(response, { expires_in: 3599 }), "answers without a token"],
    [
      "has a token without an end",
      (_seen, response) => json(response, { access_token: "s3cr3t" }, 200, { "metadata-flavor": "Google" }),
      "answers without a token",
    ],
    ["hangs up", (_seen, response) => void response.destroy(), "cannot be asked (ECONNRESET)"],
  ])("is an error of one line where its service %s", async (_what, answer, message) => {
    await using service = await serve(answer);
    await using server = await serve(taking("none"));
    await using cluster = await open(server.url, service.url);
    const error = await failure(listAll(cluster));
    expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
    expect(error.message).toMatch(/^cluster "prod" needs credentials: [^\n]+$/);
    expect(error.message).toContain(message);
    expect(everythingOf(error)).not.toMatch(/s3cr3t|127\.0\.0\.1|PRIVATE KEY/);
    expect([server.seen.length, service.seen.length]).toEqual([0, 1]);
  });
});

describe("a token of an hour", () => {
  test.each<[string, (url: string, now: () => number) => Credentials, (now: () => number) => Answer]>([
    ["Google", (url, now) => gke(url, now), googleTokens],
    ["Entra ID", (url, now) => aks(url, { now }), () => entraId],
    [
      "Google's metadata server",
      (url, now) => gkeMetadata({ cluster: "prod", host: new URL(url).host, now }),
      () => googleMetadata,
    ],
  ])("of %s is kept until a minute before its end", async (_whose, open, tokens) => {
    let now = START;
    await using service = await serve(tokens(() => now));
    const credentials = open(service.url, () => now);
    const kept = await tokenOf(credentials);
    now += 58 * MINUTE_MS;
    expect(await tokenOf(credentials)).toBe(kept);
    now += MINUTE_MS;
    const renewed = await Promise.all([tokenOf(credentials), tokenOf(credentials)]);
    expect(new Set(renewed).size).toBe(1);
    expect(renewed[0]).not.toBe(kept);
    expect(service.seen.length).toBe(2);
  });
});

describe("Google", () => {
  test("refuses a claim of another time, and says so by its code alone", async () => {
    await using service = await serve(googleTokens(() => START));
    const error = await failure(gke(service.url, () => START - 60 * MINUTE_MS).current(SIGNAL));
    expect(error.message).toBe(
      `cluster "prod" needs credentials: Google's token service refuses (400 invalid_grant): check auth.gke.serviceAccountKey, and this machine's clock`,
    );
  });

  test.each<[string, string]>([
    ["no JSON", "s3cr3t"],
    ["another sort of key", serviceAccountKey("https://x", { type: "authorized_user" })],
    ["no key in it", serviceAccountKey("https://x", { private_key: "s3cr3t" })],
    ["a token service that is none", serviceAccountKey("file:///s3cr3t")],
  ])("is not asked with %s in the place of a key", (_what, key) => {
    const attempt = () => gkeServiceAccount({ cluster: "prod", key, proxyFor: () => undefined });
    expect(attempt).toThrow(/^cluster "prod" needs credentials: auth\.gke\.serviceAccountKey is not the JSON of/);
    expect(attempt).not.toThrow(/s3cr3t/);
  });

  test("has its address in the key, or the usual one, and is asked through the proxy on the way there", () => {
    const asked: string[] = [];
    const proxyFor = (address: string) => void asked.push(address);
    gkeServiceAccount({ cluster: "prod", key: serviceAccountKey("https://x.example.com"), proxyFor });
    gkeServiceAccount({ cluster: "prod", key: serviceAccountKey("", { token_uri: undefined }), proxyFor });
    expect(asked).toEqual(["https://x.example.com", "https://oauth2.googleapis.com"]);
  });

  test("has no metadata server where somebody else answers in its place", async () => {
    await using service = await serve((_seen, response) => json(response, { access_token: "s3cr3t", expires_in: 9 }));
    const credentials = gkeMetadata({ cluster: "prod", host: new URL(service.url).host });
    expect((await failure(credentials.current(SIGNAL))).message).toMatch(/metadata server answers without a token/);
  });
});

describe("Azure", () => {
  test.each<[string, Partial<AksClientOptions>, string]>([
    ["secret", { clientSecret: "s3cr3t-wrong" }, "Entra ID refuses (401 invalid_client AADSTS7000215): check tenant"],
    ["application", { clientId: "s3cr3t" }, "Entra ID refuses (400 unauthorized_client AADSTS700016)"],
    ["tenant", { tenant: "s3cr3t/../x" }, "Entra ID refuses (400 invalid_request AADSTS90002)"],
  ])("refuses another %s, and says so by its codes alone", async (_what, changes, message) => {
    await using service = await serve(entraId);
    const error = await failure(aks(service.url, changes).current(SIGNAL));
    expect(error.message).toContain(message);
    expect(everythingOf(error)).not.toMatch(/s3cr3t|127\.0\.0\.1/);
  });

  test.each<[string, string | undefined]>([
    ["vm-1-system", undefined],
    ["vm-1-user-1", "user-1"],
  ])("gives a virtual machine the token %s of its identity", async (token, clientId) => {
    await using service = await serve(azureMetadata);
    const metadata = `${service.url}/metadata/identity/oauth2/token`;
    expect(await tokenOf(aksIdentity({ cluster: "prod", clientId, env: {}, metadata }))).toBe(`Bearer ${token}`);
  });

  test("gives an app the token of the identity that its configuration names", async () => {
    await using service = await serve(azureApp);
    await using server = await serve(taking("app-1-user-1"));
    const env = { IDENTITY_ENDPOINT: `${service.url}/msi/token`, IDENTITY_HEADER: "header-s3cr3t", ID: "user-1" };
    const auth = 'aks: { managedIdentity: true, clientId: "${env:ID}" }';
    await using cluster = await openConfigured(`server: "${server.url}", auth: { ${auth} }`, env);
    expect((await listAll(cluster)).items.length).toBe(1);
  });

  test("says that a machine has no such identity", async () => {
    await using service = await serve(azureMetadata);
    const metadata = `${service.url}/metadata/identity/oauth2/token`;
    const credentials = aksIdentity({ cluster: "prod", clientId: "another", env: {}, metadata });
    expect((await failure(credentials.current(SIGNAL))).message).toBe(
      `cluster "prod" needs credentials: Azure's managed identity service refuses (400 invalid_request): give the machine a managed identity, or check auth.aks.clientId`,
    );
  });
});
