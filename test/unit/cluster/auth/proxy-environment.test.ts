import { describe, expect, test } from "vitest";
import { environmentProxy } from "#cluster/proxy-environment";
import { everythingOf } from "../open.ts";

const PROXY = "http://proxy.example.com:3128";
const SERVER = "https://api.ml.example.com:6443";
const proxyFor = (address: string, env: Record<string, string>) => environmentProxy("prod", address, env);

describe("the environment's proxy", () => {
  test.each<[string, string, Record<string, string>, string | undefined]>([
    ["HTTPS_PROXY", SERVER, { HTTPS_PROXY: PROXY }, PROXY],
    ["https_proxy", SERVER, { https_proxy: PROXY }, PROXY],
    ["HTTPS_PROXY before https_proxy", SERVER, { HTTPS_PROXY: PROXY, https_proxy: "http://other:1" }, PROXY],
    ["an address without http://", SERVER, { HTTPS_PROXY: "proxy.example.com:3128" }, PROXY],
    ["nothing", SERVER, { HTTPS_PROXY: "" }, undefined],
    ["HTTP_PROXY, which is not for https", SERVER, { HTTP_PROXY: PROXY }, undefined],
    ["HTTPS_PROXY for http", "http://api.example.com", { HTTPS_PROXY: PROXY }, undefined],
    ["HTTPS_PROXY for this machine", "https://localhost:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["HTTPS_PROXY for this machine's address", "https://127.0.0.1:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["HTTPS_PROXY for this machine's IPv6 address", "https://[::1]:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["HTTPS_PROXY for a name like an address", "https://127.example.com", { HTTPS_PROXY: PROXY }, PROXY],
  ])("is taken from %s", (_what, address, env, expected) => {
    expect(proxyFor(address, env)).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ["*", SERVER, true],
    ["api.ml.example.com", SERVER, true],
    ["example.com", SERVER, true],
    [".example.com", SERVER, true],
    ["*.example.com", SERVER, true],
    ["EXAMPLE.com", SERVER, true],
    ["ample.com", SERVER, false],
    [".api.ml.example.com", SERVER, false],
    ["other.com, api.ml.example.com:6443", SERVER, true],
    ["api.ml.example.com:443", SERVER, false],
    ["api.example.com:443", "https://api.example.com", true],
    ["", SERVER, false],
    [",, ", SERVER, false],
    ["203.0.113.10", "https://203.0.113.10:6443", true],
    ["203.0.113.1", "https://203.0.113.10:6443", false],
    ["203.0.113.0/24", "https://203.0.113.10:6443", true],
    ["203.0.114.0/24", "https://203.0.113.10:6443", false],
    ["203.0.113.0/33", "https://203.0.113.10:6443", false],
    ["203.0.113.0/x", "https://203.0.113.10:6443", false],
    ["203.0.113.0/24", SERVER, false],
    ["2001:db8::10", "https://[2001:db8::10]:6443", true],
    ["[2001:db8::10]:6443", "https://[2001:db8::10]:6443", true],
    ["2001:db8::/32", "https://[2001:db8::10]:6443", true],
    ["2001:db9::/32", "https://[2001:db8::10]:6443", false],
    ["2001:db8::/32", "https://203.0.113.10", false],
  ])("is not for what NO_PROXY=%s names: %s, %s", (list, address, isExempt) => {
    const expected = isExempt ? undefined : PROXY;
    expect(proxyFor(address, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBe(expected);
    expect(proxyFor(address, { HTTPS_PROXY: PROXY, no_proxy: list })).toBe(expected);
  });

  test.each(["socks5://ann:s3cr3t@proxy:1080", "http://s3cr3t host", "ftp://s3cr3t"])(
    "is an error that does not show it where it is none",
    (value) => {
      const attempt = () => proxyFor(SERVER, { HTTPS_PROXY: value });
      expect(attempt).toThrow('cluster "prod" cannot be asked: HTTPS_PROXY is not the address of an HTTP proxy');
      try {
        attempt();
      } catch (error) {
        expect(everythingOf(error as Error)).not.toContain("s3cr3t");
      }
    },
  );
});
