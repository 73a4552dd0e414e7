import type { LineCounter, Node, Document as YamlDocument } from "yaml";
import type { Document } from "../document.ts";
import type { Place } from "../problem.ts";
import { type Found, nodeFinder } from "./nodes.ts";

/** Where the nodes of a parsed file stand. */
export interface Places extends Pick<Document, "placeOf" | "placeOfKey"> {
  atOffset(offset: number): Place;
  atNode(node: Node): Place;
}

/** The places of a file, `lines` being what its parser counted. */
export function placesOf(yaml: YamlDocument, file: string, lines: LineCounter): Places {
  const find = nodeFinder(yaml);
  const atOffset = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    // Without any line the counter says 0.
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const atNode = (node: Node | undefined): Place => atOffset(node?.range?.[0] ?? 0);
  return {
    atOffset,
    atNode,
    placeOf: (path) => atNode(find(path).map(visibleNode).findLast(isFound)),
    placeOfKey: (path) =>
      atNode(
        find(path)
          .map((found) => found.key ?? visibleNode(found))
          .findLast(isFound),
      ),
  };
}

/** A value that was left empty has no extent: its key is what people see. */
function visibleNode({ key, value }: Found): Node | undefined {
  const [start, end] = value?.range ?? [0, 0];
  return start === end ? key : value;
}

function isFound(node: Node | undefined): boolean {
  return node !== undefined;
}
