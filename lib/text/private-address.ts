import { BlockList, isIP } from "node:net";

// IANA's registry of special-purpose IPv4 addresses, without what anybody may reach (192.31.196.0/24 and its like), and
// multicast: https://www.iana.org/assignments/iana-ipv4-special-registry. The metadata services of clouds are in 169.254.0.0/16.
const IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Azure's own services, as its machines reach them. Nobody else has an address in the middle of the public ones.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Beginnings of IPv6 addresses that lead to the IPv4 address at their end: mapped, and translated (NAT64, RFC 6052). */
const EMBEDDING = ["::ffff:", "64:ff9b::"] as const;

// Of IPv6 only this is given out to be reached from anywhere, without the registry's exceptions: protocol assignments with
// Teredo, documentation, 6to4. https://www.iana.org/assignments/iana-ipv6-special-registry
const GLOBAL_IPV6 = ["2000::", 3] as const;
const RESERVED_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Whether an IP address is one that not everybody reaches: loopback, link-local, private, shared, multicast, reserved or for documentation; also inside IPv6. True for what is no IP address. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$|%.*$/g, "");
  switch (isIP(bare)) {
    case 4:
      return lists().ipv4.check(bare, "ipv4");
    case 6:
      return isPrivateIpv6(bare);
    default:
      return true;
  }
}

function isPrivateIpv6(address: string): boolean {
  const { embedded, embeddedPrivate, global, reserved } = lists();
  if (embedded.check(address, "ipv6")) return embeddedPrivate.check(address, "ipv6");
  return !global.check(address, "ipv6") || reserved.check(address, "ipv6");
}

let made: ReturnType<typeof makeLists> | undefined;

function lists() {
  made ??= makeLists();
  return made;
}

function makeLists() {
  const inIpv6 = EMBEDDING.flatMap((start) => IPV4.map(([network, prefix]) => [start + network, 96 + prefix] as const));
  return {
    ipv4: listOf(IPV4, "ipv4"),
    embedded: listOf(
      EMBEDDING.map((start) => [`${start}0.0.0.0`, 96] as const),
      "ipv6",
    ),
    embeddedPrivate: listOf(inIpv6, "ipv6"),
    global: listOf([GLOBAL_IPV6], "ipv6"),
    reserved: listOf(RESERVED_IPV6, "ipv6"),
  };
}

function listOf(networks: typeof IPV4, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** Whether a URL's host is such an address, or a name that stands for this machine. Any other name has to be looked up. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? /(?:^|\.)localhost\.?$/i.test(host) : isPrivateAddress(host);
}
