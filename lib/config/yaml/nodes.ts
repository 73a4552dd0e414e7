import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import type { Path } from "../document.ts";

/** A step of a path: the node of its value, and of its key where it is the key of a map. */
export interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** Finds nodes by path, through aliases: a value is where its anchor wrote it. */
export function nodeFinder(document: Document): (path: Path) => readonly Found[] {
  const keys = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const pairsOf = (map: YAMLMap) =>
    remember(keys, map, () => new Map(map.items.map((pair) => [keyText(pair.key), pair])));
  const targets = new WeakMap<Alias, Node>();
  const follow = (node: unknown): Node | undefined => {
    if (isAlias(node)) return remember(targets, node, () => node.resolve(document) ?? node);
    return isNode(node) ? node : undefined;
  };

  return (path) => {
    const found: Found[] = [{ key: undefined, value: follow(document.contents) }];
    for (const step of path) {
      const node = found.at(-1)?.value;
      if (isMap(node)) {
        const pair = pairsOf(node).get(String(step));
        found.push({ key: follow(pair?.key), value: follow(pair?.value) });
      } else found.push({ key: undefined, value: isSeq(node) ? follow(node.items[Number(step)]) : undefined });
    }
    return found;
  };
}

/** The text of a key, which is always a scalar here. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

function remember<K extends WeakKey, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
