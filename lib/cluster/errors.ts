import { apiVersionOf } from "#jobs/event";
import { type Call, resourceName } from "./call.ts";
import { ClusterError, type ClusterErrorCode } from "./cluster.ts";
import { quoteOf } from "./quote.ts";
import { type StatusBody, speaksOf } from "./status-body.ts";

/** An answer that is not what was asked for. */
export interface Refusal {
  readonly status: number;
  readonly body: StatusBody;
  readonly retryAfterMs: number | undefined;
  /** What the server's text must not show when it is quoted: the address, the credentials. */
  readonly hidden: readonly string[];
}

type Row = readonly [code: ClusterErrorCode, what: string, todo: string];

const CHECK_SERVER = "check that the server's address leads to the Kubernetes API itself";

const ROWS: Readonly<Record<number, Row>> = {
  401: ["unauthorized", "does not accept the credentials", "renew them"],
  408: ["timeout", "gave up waiting for the request", "try again later"],
  410: ["gone", "has forgotten the version that was asked for", "list again"],
  429: ["throttled", "asks for fewer requests", "wait, or poll less often"],
};
const REDIRECT: Row = ["not-kubernetes", "answers with a redirect", CHECK_SERVER];
const UNAVAILABLE: Row = ["unavailable", "cannot answer now", "try again later"];
const WEB_PAGE: Row = ["not-kubernetes", "answers with a web page", CHECK_SERVER];

/** What a refusal means, in one line that names the cluster and never its address. */
export function errorOfAnswer(call: Call, refusal: Refusal): ClusterError {
  const { status, body, hidden, retryAfterMs } = refusal;
  const [code, what, todo] = rowOf(call, refusal);
  const quote = quoteOf(body, hidden);
  const saying = quote === "" ? "" : `, saying "${quote}"`;
  const message = `cluster "${call.cluster}" ${what} (${status})${saying}: ${todo}`;
  return new ClusterError(code, call.cluster, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function rowOf(call: Call, { status, body }: Refusal): Row {
  // A proxy may say these by a page of its own; by any other page it shows that it stands in the way.
  const known = status >= 500 ? UNAVAILABLE : ROWS[status];
  if (known !== undefined) return known;
  if (body.type === "html") return WEB_PAGE;
  if (status === 403) return forbidden(call, body);
  if (status === 404) return absent(call, body);
  if (status === 409) return conflict(call);
  return status < 400 ? REDIRECT : invalid(call);
}

// A ClusterRole that a RoleBinding gives is one for that binding's namespace.
const ALL_NAMESPACES = [
  "all namespaces",
  "a ClusterRole",
  ", by a ClusterRoleBinding, or name the namespaces one by one",
] as const;

function forbidden({ verb, resource, namespace, subresource }: Call, body: StatusBody): Row {
  // A request without any credentials is not refused as such: it is let in as nobody, and nobody may do nothing.
  if (body.message.includes("system:anonymous"))
    return ["forbidden", "took the request for anonymous", "no credentials were sent, configure some"];
  const part = subresource === undefined ? "" : `/${subresource}`;
  const [where, role, instead] = namespace === "" ? ALL_NAMESPACES : [`namespace "${namespace}"`, "a Role there", ""];
  const what = `does not let this account ${verb} ${resourceName(resource)}${part} in ${where}`;
  const rule = `verb "${verb}" on resource "${resource.plural}${part}" of apiGroup "${resource.group}"`;
  return ["forbidden", what, `give it ${role} that allows ${rule}${instead}`];
}

function absent({ resource, namespace, name }: Call, body: StatusBody): Row {
  if (name !== undefined && speaksOf(name, body)) {
    const what = `has no ${resource.kind} "${name}" in namespace "${namespace}"`;
    return ["not-found", what, "check its name, and the namespace"];
  }
  const what = `has no ${resourceName(resource)} in ${apiVersionOf(resource)}`;
  return ["not-installed", what, `install ${resource.kind} there, or do not watch it`];
}

function conflict({ resource, name }: Call): Row {
  const object = name === undefined ? "what was sent" : `${resource.kind} "${name}"`;
  return ["conflict", `has a newer version of ${object}`, "read it again, and change it anew"];
}

function invalid({ verb }: Call): Row {
  const todo = verb === "patch" ? "check what is to be changed" : "check the selectors and the kind";
  return ["invalid", "does not accept the request", todo];
}
