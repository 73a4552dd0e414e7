import { BlockList, isIP } from "node:net";
import { ClusterError } from "./cluster.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that HTTPS_PROXY and NO_PROXY, in upper or lower case, name for an address, by the rules of kubectl: plain
 * http and this machine itself go without one. Throws {@link ClusterError} where HTTPS_PROXY is no address of a proxy.
 */
export function environmentProxy(cluster: string, address: string, env: Environment): string | undefined {
  const proxy = env.HTTPS_PROXY || env.https_proxy;
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (!proxy || protocol !== "https:" || isLocal(host)) return undefined;
  if (isExempt(host, port || "443", env.NO_PROXY || env.no_proxy || "")) return undefined;
  const text = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  const message = `cluster "${cluster}" cannot be asked: HTTPS_PROXY is not the address of an HTTP proxy`;
  throw new ClusterError("unreachable", cluster, `${message}: write http://host:port`);
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isExempt(host: string, port: string, list: string): boolean {
  const entries = list.split(",").map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry !== "" && fits(entry, host.toLowerCase(), port));
}

function fits(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInside(host, entry);
  const [, name = "", wanted] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(name) !== 0) return host === name;
  const domain = name.replace(/^\*?\./, "");
  // A leading dot leaves out the domain itself.
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

function isInside(host: string, range: string): boolean {
  const family = isIP(host);
  const [network = "", bits = ""] = range.split("/");
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > 128) return false;
  if (family === 4 && Number(bits) > 32) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return block.check(host, family === 4 ? "ipv4" : "ipv6");
}
