import { ConfigError, parseConfig } from "#config/config";

/** What is said of a configuration, a line each without the file's name; none where it is right. */
export function linesOf(text: string): readonly string[] {
  try {
    parseConfig(text, "f.yml");
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.format().split("\n");
    return lines.map((line) => line.replace(/^f\.yml:/, ""));
  }
}

/** A text in which `▸` stands before each place where a problem is expected, without these, and the places as `line:column`. */
export function marked(text: string): { readonly text: string; readonly places: readonly string[] } {
  const pieces = text.split("▸");
  const places = pieces.slice(1).map((_, index) => {
    const lines = pieces
      .slice(0, index + 1)
      .join("")
      .split("\n");
    return `${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
  });
  return { text: pieces.join(""), places };
}

const CLUSTERS = "clusters: [{ name: prod, kubeconfig: k }]\n";
const RECEIVERS = 'receivers: [{ name: chat, slack: { webhookUrl: "${env:S}" } }]\n';
const NAMESPACES = "namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }] }]\n";

/** A configuration that is right but perhaps for its clusters. */
export const withClusters = (entries: string) => `clusters: [${entries}]\n${RECEIVERS}${NAMESPACES}`;
/** The same for its receivers, the first of which must be named `chat`. */
export const withReceivers = (entries: string) => `${CLUSTERS}receivers: [${entries}]\n${NAMESPACES}`;
/** The same for its namespaces; there are the cluster `prod` and the receiver `chat`. */
export const withNamespaces = (entries: string) => `${CLUSTERS}${RECEIVERS}namespaces: [${entries}]\n`;
/** A configuration that is right, and then a text. */
export const withMore = (text: string) => `${CLUSTERS}${RECEIVERS}${NAMESPACES}${text}`;
