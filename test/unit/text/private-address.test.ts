import { describe, expect, it } from "vitest";
import { isPrivateAddress, isPrivateHost } from "#text/private-address";

describe("an IP address", () => {
  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "168.63.129.17",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "[2a00:1450:4001::1]",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::8.8.8.8",
  ])("%s is everybody's", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  it.each([
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::FFFF:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
  ])("%s is private", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(["", "localhost", "1.2.3", "0x7f.1", "::1::"])("what is none, such as %j, is taken for private", (text) => {
    expect(isPrivateAddress(text)).toBe(true);
  });
});

describe("a host", () => {
  // A URL has only one way to write an address: all others become it.
  it.each([
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://１２７.0.0.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://hooks.localhost/",
  ])("of %s is private", (url) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(true);
  });

  it.each(["http://hooks.slack.com/", "http://localhost.example.com/", "http://notlocalhost/", "http://8.8.8.8/"])(
    "of %s may be anybody's",
    (url) => {
      expect(isPrivateHost(new URL(url).hostname)).toBe(false);
    },
  );
});
