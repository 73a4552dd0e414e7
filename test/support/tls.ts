import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, both PEM. */
interface Issued {
  readonly cert: string;
  readonly key: string;
}

interface CertificateRequest {
  readonly subject?: string;
  /** DNS names and IPv4 addresses. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface Authority {
  /** PEM. */
  readonly ca: string;
  issue(request?: CertificateRequest): Issued;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate authority made for one test: X.509 v3 with ECDSA P-256, written as DER by hand, because Node signs but builds no certificates. */
export function createAuthority(name = "jobbell test authority"): Authority {
  const authority = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const ca = certificate({ subject: name, issuer: name, isAuthority: true }, authority.publicKey, authority.privateKey);
  return {
    ca,
    issue(request = {}) {
      const own = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const fields = { subject: "jobbell test", ...request, issuer: name, isAuthority: false };
      const cert = certificate(fields, own.publicKey, authority.privateKey);
      return { cert, key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}

interface Fields extends CertificateRequest {
  readonly subject: string;
  readonly issuer: string;
  readonly isAuthority: boolean;
}

function certificate(fields: Fields, publicKey: KeyObject, signer: KeyObject): string {
  const { notBefore = new Date(Date.now() - DAY_MS), notAfter = new Date(Date.now() + DAY_MS) } = fields;
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(fields.issuer),
    sequence(time(notBefore), time(notAfter)),
    nameOf(fields.subject),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions(fields))),
  );
  const der = sequence(body, algorithm, bits(sign("sha256", body, signer)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function extensions({ isAuthority, hosts = [] }: Fields): readonly Buffer[] {
  const constraints = sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(...(isAuthority ? [TRUE] : []))));
  const names = sequence(SUBJECT_ALT_NAME, octets(sequence(...hosts.map(hostName))));
  return hosts.length === 0 ? [constraints] : [constraints, names];
}

function hostName(host: string): Buffer {
  return isIP(host) === 4 ? tagged(0x87, Buffer.from(host.split(".").map(Number))) : tagged(0x82, Buffer.from(host));
}

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(commonName)))));
}

// DER: a tag, a length, and what is in it. Object identifiers are written as their bytes.
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");
const TRUE = Buffer.from("0101ff", "hex");

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function bits(content: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), content]));
}

function time(at: Date): Buffer {
  const text = at.toISOString().replace(/\.\d+/, "").replace(/[-:T]/g, "");
  return tagged(0x17, Buffer.from(text.slice(2)));
}
