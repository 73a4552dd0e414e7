import { describe, expect, test } from "vitest";
import { huaweiAuthorization, type ToSign } from "#cluster/auth/huawei-signature";
import { compactDate } from "#signing/canonical";

const SECRET = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
const MASKED = "MFyfvK41ba2giqM7**********KGpownRZlmVmHc";
const VPCS = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs";
const MARKED = `${VPCS}?marker=13551d6b-755d-4757-b956-536f674975c0&limit=2`;

function request(method: string, host: string, date: string, path: string, body = ""): ToSign {
  return { method, path, body, headers: { "content-type": "application/json", host, "x-sdk-date": date } };
}

describe("the signature of Huawei Cloud", () => {
  // The first is the signing guide's, the second that of Huawei's SDK for Java, the others are of independent clients.
  test.each<[string, string, ToSign, string]>([
    [
      "the guide",
      SECRET,
      request("GET", "service.region.example.com", "20191115T033655Z", MARKED),
      "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    ],
    [
      "an SDK",
      SECRET,
      request("GET", "service.test-region-1.myhuaweicloud.com", "20191115T033655Z", VPCS),
      "4a30e690c3032a1975323588d79e858f188834f91df411a47ada7def6ad8081f",
    ],
    [
      "another date",
      SECRET,
      request("GET", "service.region.example.com", "20190329T074551Z", MARKED),
      "d66f6a6c536e984129e13a4060f465225909fd126d212cb25e9e292346aae036",
    ],
    [
      "a request with a body",
      MASKED,
      request(
        "POST",
        "endpoint.example.com",
        "20120101T000000Z",
        `${VPCS}?limie=1`,
        '{"foo":"foo","bar":114514,"baz":true}',
      ),
      "166ee46e44d98ca5b0bd55b6a9b69bce88a9938f73725fe7708d9789e34cceb5",
    ],
  ])("is the one that %s has", (_whose, secret, toSign, signature) => {
    expect(huaweiAuthorization("QTWAOYTTINDUT2QVKYUC", secret, toSign)).toBe(
      `SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, Signature=${signature}`,
    );
  });

  const signed = (path: string) => huaweiAuthorization("AK", SECRET, request("GET", "h", "20191115T033655Z", path));
  test.each([
    ["a slash at the end", VPCS, `${VPCS}/`],
    ["the order of parameters", "/a?b=2&a=1&a=0", "/a?a=0&a=1&b=2"],
    ["how a space is written", "/a?labelSelector=a+in+(b)", "/a?labelSelector=a%20in%20%28b%29"],
    ["what is encoded without need", "/%61%2Db?%61=%7E", "/a-b?a=~"],
    ["an empty value", "/a?b", "/a?b="],
  ])("does not depend on %s", (_what, one, other) => {
    expect(signed(one)).toBe(signed(other));
  });

  test.each([
    ["the order of capitals and small letters", "/a?B=1&a=1", "/a?a=1&b=1"],
    ["a path's part that holds a slash", "/a%2Fb", "/a/b"],
    ["a value", "/a?b=1", "/a?b=2"],
  ])("depends on %s", (_what, one, other) => {
    expect(signed(one)).not.toBe(signed(other));
  });

  test("has a date of seconds", () => {
    expect(compactDate(Date.parse("2019-11-15T03:36:55.999Z"))).toBe("20191115T033655Z");
  });
});
