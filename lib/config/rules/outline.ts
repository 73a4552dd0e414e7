import * as z from "zod";
import type { Path } from "../document.ts";

// Each part falls back to nothing by itself: what is not as it should be has a problem of its own, and is left out here.
// A text of the wrong type is empty, which no name is; one that was left out is undefined.
const Text = z.string().optional().catch("");
const Texts = z.array(z.string().catch("")).catch([]);
const Any = z.unknown().optional();
const AnyMap = z.looseObject({}).optional().catch(undefined);
const Entry = z.looseObject({ name: Text }).optional().catch(undefined);
const Cluster = z
  .looseObject({ name: Text, auth: AnyMap, server: Any, region: Any, provider: Any })
  .optional()
  .catch(undefined);
const Match = z.object({ clusters: Texts.optional() }).optional().catch(undefined);
const MEANT = { match: Match, exclude: z.array(Match).optional().catch(undefined) };
const Route = z
  .object({ name: Text, on: z.array(z.string().catch("")).optional().catch([]), receivers: Texts, ...MEANT })
  .optional()
  .catch(undefined);
const SHARED = {
  kinds: Texts.optional(),
  watch: z.boolean().optional().catch(undefined),
  hold: Any,
  routes: z.array(Route).optional().catch([]),
  rules: z.array(z.looseObject(MEANT).optional().catch(undefined)).optional().catch([]),
  annotations: z.object({ notify: Texts.optional(), channel: Any }).optional().catch(undefined),
};
const Defaults = z.object(SHARED).optional().catch(undefined);
const Namespace = z
  .object({
    namespace: Text,
    exclude: z.array(z.string().catch("")).optional().catch(undefined),
    cluster: Text,
    labelSelector: Text,
    fieldSelector: Text,
    ...SHARED,
  })
  .optional()
  .catch(undefined);

/** What the rules look at, read from anything: with it, what belongs together is checked even where something else is wrong. */
export const Outline = z
  .object({
    clusters: z.array(Cluster).catch([]),
    receivers: z.array(Entry).catch([]),
    defaults: Defaults,
    namespaces: z.array(Namespace).catch([]),
  })
  .catch({ clusters: [], receivers: [], defaults: undefined, namespaces: [] });
export type Outline = z.infer<typeof Outline>;

/** What may stand under `defaults` and in each entry under `namespaces`, with its path; as it is written there. */
export function sectionsOf({ defaults, namespaces }: Outline) {
  return [
    { path: ["defaults"], ...defaults },
    ...namespaces.map((entry, index) => ({ ...entry, path: ["namespaces", index] })),
  ];
}

/** The entries under `namespaces`, each with what it leaves to the defaults. */
export function entriesOf({ defaults, namespaces }: Outline): Outline["namespaces"] {
  return namespaces.map((entry) => entry && { ...defaults, ...entry });
}

/** The map under a key; what is no map has a problem of its own. */
export function mapIn(
  map: Readonly<Record<string, unknown>> | undefined,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const value = map?.[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** What is wrong at a path, or with the key at its end, and the path of what came first where there are two. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly at?: "key";
  readonly first?: Path;
}

/** Finds what is wrong between the parts of a configuration. */
export type Rule = (outline: Outline) => readonly Finding[];
