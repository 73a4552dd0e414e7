import { type Alias, type Document, isAlias, isMap, isNode, type Node, visit, type YAMLMap } from "yaml";
import { keyText } from "./nodes.ts";

/** What is wrong at a node, and the node that came first where there are two. */
export interface Finding {
  readonly at: Node;
  readonly message: string;
  readonly first?: Node;
}

/** Findings of one document. Where aliases are broken its value cannot be made; keys that repeat do no further harm. */
export interface Structure {
  readonly brokenAliases: readonly Finding[];
  readonly repeatedKeys: readonly Finding[];
}

/** A document has a few; following them takes the square of their number. */
export const MAX_ALIASES = 10_000;

/** Finds what the parser leaves to others, or takes the square of a map's size for: 90,000 keys take it two minutes. */
export function checkStructure(document: Document): Structure {
  const anchors = new Set<string>();
  const aliases: Alias[] = [];
  const brokenAliases: Finding[] = [];
  const repeatedKeys: Finding[] = [];
  visit(document, {
    Node: (_, node) => {
      if (isMap(node)) repeatedKeys.push(...repeated(node));
      if (!isAlias(node)) anchors.add(node.anchor ?? "");
      // The name is left out: it is a secret that begins with `*` and was not quoted.
      else if (!anchors.has(node.source)) brokenAliases.push({ at: node, message: NO_ANCHOR });
      else aliases.push(node);
    },
  });
  const excess = aliases[MAX_ALIASES];
  return { brokenAliases: excess === undefined ? brokenAliases : [{ at: excess, message: TOO_MANY }], repeatedKeys };
}

export const TOO_MANY = "too many aliases (*): write the values out";
const NO_ANCHOR = "this alias (*) has no anchor (&) before it: text that begins with * needs quotes";

function repeated(map: YAMLMap): readonly Finding[] {
  const seen = new Map<string, Node>();
  const findings: Finding[] = [];
  for (const { key } of map.items) {
    const first = seen.get(keyText(key));
    if (first !== undefined && isNode(key))
      findings.push({ at: key, message: "this key stands twice in its map", first });
    else if (isNode(key)) seen.set(keyText(key), key);
  }
  return findings;
}
