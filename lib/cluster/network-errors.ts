import { ClusterError, type ClusterErrorCode } from "./cluster.ts";
import { Fault } from "./fault.ts";

type Row = readonly [code: ClusterErrorCode, says: string];

const CHECK_NETWORK = "check that it can be reached from here";
const CHECK_PROXY = "check HTTPS_PROXY, or the proxy that is configured for it";
const CHECK_CA = "check certificate-authority in the kubeconfig, or tls.ca";
const CHECK_SCHEME = "check whether the server's address begins with the right one of http and https";

const WRONG_CA: Row = ["tls", `shows a certificate that no trusted authority signed: ${CHECK_CA}`];
const RESET: Row = ["unreachable", "closed the connection before its answer was complete: try again later"];
const NO_NAME: Row = ["unreachable", "has a host name that does not resolve: check the server's address and DNS"];
const NO_ROUTE: Row = ["unreachable", `is in a network without a way to it: ${CHECK_NETWORK}`];
const OWN_CERTIFICATE: Row = [
  "tls",
  "cannot be asked: the configured certificates or key are not readable PEM that belongs together",
];
const NO_TLS: Row = ["tls", `does not speak TLS: ${CHECK_SCHEME}`];
const NO_HTTP: Row = ["not-kubernetes", `answers with something that is not HTTP: ${CHECK_SCHEME}`];
const REJECTED: Row = ["tls", "ended the TLS handshake: it may want another client certificate, or one at all"];
const NO_CONNECTION: Row = ["timeout", `took no connection in time: ${CHECK_NETWORK}`];

// Node's and OpenSSL's names for what can happen before, during and after a connection.
const ROWS: Readonly<Record<string, Row>> = {
  ECONNREFUSED: ["unreachable", "refuses connections: check that it runs, and the port in the server's address"],
  ECONNRESET: RESET,
  EPIPE: RESET,
  Z_BUF_ERROR: RESET,
  ERR_STREAM_PREMATURE_CLOSE: RESET,
  ERR_HTTP2_STREAM_ERROR: RESET,
  ERR_HTTP2_STREAM_CANCEL: RESET,
  ERR_HTTP2_SESSION_ERROR: RESET,
  ERR_HTTP2_GOAWAY_SESSION: RESET,
  ERR_HTTP2_INVALID_SESSION: RESET,
  ERR_HTTP2_ERROR: NO_HTTP,
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  EADDRNOTAVAIL: NO_ROUTE,
  ETIMEDOUT: NO_CONNECTION,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: WRONG_CA,
  UNABLE_TO_GET_ISSUER_CERT: WRONG_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WRONG_CA,
  SELF_SIGNED_CERT_IN_CHAIN: WRONG_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: WRONG_CA,
  CERT_SIGNATURE_FAILURE: WRONG_CA,
  CERT_HAS_EXPIRED: ["tls", "shows a certificate that has expired: renew it there, or check this machine's clock"],
  CERT_NOT_YET_VALID: ["tls", "shows a certificate that is not valid yet: check the clocks, here and there"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "tls",
    "shows a certificate for other host names: check the server's address, or set tls-server-name (tls.serverName)",
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  EPROTO: NO_TLS,
  ERR_INVALID_CHAR: [
    "credentials",
    "cannot be asked: the credentials hold a character that no header may carry, such as a line break",
  ],
  Z_DATA_ERROR: ["not-kubernetes", "sent a body whose compression is broken: check what stands between here and it"],
};

/** What a failed exchange means, in one line that names the cluster and never its address. */
export function errorOfFailure(cluster: string, failure: unknown): ClusterError {
  const [code, says] = failure instanceof Fault ? rowOfFault(failure) : rowOfCode(codeOf(failure));
  return new ClusterError(code, cluster, `cluster "${cluster}" ${says}`, { cause: bare(failure) });
}

function rowOfFault({ code, limit }: Fault): Row {
  switch (code) {
    case "connect-timeout":
      return ["timeout", `took no connection within ${limit / 1000} s: ${CHECK_NETWORK}`];
    case "headers-timeout":
      return ["timeout", `began no answer within ${limit / 1000} s: try again later, or ask for fewer objects a page`];
    case "idle-timeout":
      return ["timeout", `stopped in the middle of an answer for ${limit / 1000} s: try again later`];
    case "proxy-timeout":
      return ["timeout", `could not be reached: its proxy made no connection within ${limit / 1000} s: ${CHECK_PROXY}`];
    case "proxy-unreachable":
      return ["unreachable", `could not be reached: its proxy takes no connections, or ends them: ${CHECK_PROXY}`];
    case "proxy-refused":
      return ["unreachable", `could not be reached: ${refusalOfProxy(limit)}`];
    case "too-large":
      return ["too-large", `sent more than ${megabytes(limit)} in one answer: narrow a list by a selector`];
    case "encoding":
      return ["not-kubernetes", "sent a compression that was not asked for: check what stands between here and it"];
    default:
      return code satisfies never;
  }
}

function refusalOfProxy(status: number): string {
  if (status === 407) return "its proxy wants a user and a password, or other ones (407): put them into its address";
  if (status === 403) return "its proxy does not allow the way to it (403): let it, or name the host in NO_PROXY";
  return `its proxy made no connection (${status}): ${CHECK_NETWORK.replace("from here", "from there")}`;
}

function megabytes(bytes: number): string {
  return bytes < 1_048_576 ? `${bytes} bytes` : `${Math.floor(bytes / 1_048_576)} MB`;
}

function rowOfCode(code: string): Row {
  const row = ROWS[code];
  if (row !== undefined) return row;
  if (code.startsWith("HPE_")) return NO_HTTP;
  if (/^ERR_SSL_.*ALERT/.test(code)) return REJECTED;
  if (/^ERR_(OSSL|CRYPTO|INVALID_ARG)/.test(code)) return OWN_CERTIFICATE;
  if (/CERT|CRL|ISSUER|SIGNATURE/.test(code)) return WRONG_CA;
  if (/TLS|SSL/.test(code)) return ["tls", `and Jobbell could not agree on a TLS connection (${code})`];
  return ["unreachable", `could not be asked (${code}): ${CHECK_NETWORK}`];
}

function codeOf(failure: unknown): string {
  const code = failure instanceof Error && "code" in failure ? failure.code : undefined;
  // One code for all of TLS 1.2's handshake; an alert is the server's own word.
  if (code === "EPROTO" && failure instanceof Error && /\balert\b/.test(failure.message)) return "ERR_SSL_ALERT";
  // The slash is OpenSSL's own: ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE.
  return typeof code === "string" && /^[A-Z0-9_/]+$/.test(code) ? code : "unknown";
}

// Node's errors carry addresses and whole certificates, in the message and beside it: only the code goes on.
function bare(failure: unknown): Error {
  return failure instanceof Fault ? failure : Object.assign(new Error(codeOf(failure)), { code: codeOf(failure) });
}
