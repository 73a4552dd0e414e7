import { describe, expect, test } from "vitest";
import type { ClusterErrorCode } from "#cluster/cluster";
import { errorOfFailure } from "#cluster/network-errors";
import { everythingOf } from "./open.ts";

const ADDRESS = "203.0.113.10:6443";

describe("a failure of the network", () => {
  test.each<[string, ClusterErrorCode, RegExp]>([
    ["EPIPE", "unreachable", /closed the connection/],
    ["EAI_AGAIN", "unreachable", /does not resolve/],
    ["EHOSTUNREACH", "unreachable", /without a way to it/],
    ["ENETUNREACH", "unreachable", /without a way to it/],
    ["ETIMEDOUT", "timeout", /no connection in time/],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls", /certificate-authority/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls", /tls\.ca/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls", /tls\.ca/],
    ["CERT_REVOKED", "tls", /tls\.ca/],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tls", /another client certificate/],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "tls", /\(ERR_SSL_UNSUPPORTED_PROTOCOL\)/],
    ["ERR_CRYPTO_INVALID_STATE", "tls", /configured certificates/],
    ["HPE_HEADER_OVERFLOW", "not-kubernetes", /not HTTP/],
    ["EMFILE", "unreachable", /\(EMFILE\)/],
  ])("called %s is %s", (code, expected, message) => {
    const native = Object.assign(new Error(`connect ${code} ${ADDRESS}`), { code, address: ADDRESS });
    const error = errorOfFailure("prod", native);
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(message);
    expect(error.cause).toMatchObject({ message: code, code });
    expect(everythingOf(error)).not.toContain(ADDRESS);
  });

  test.each([
    ["an error without a code", new Error(ADDRESS)],
    ["a code that is no name", Object.assign(new Error("x"), { code: `at ${ADDRESS}` })],
    ["what is no error", ADDRESS],
  ])("that is %s is not quoted", (_what, thrown) => {
    const error = errorOfFailure("prod", thrown);
    expect(error).toMatchObject({ code: "unreachable" });
    expect(everythingOf(error)).not.toContain(ADDRESS);
  });
});
