import type { Match } from "#jobs/match";
import type { Route } from "#routing/route";
import type { Rule } from "#rules/rule";
import { routeOf, ruleOf } from "../build-namespace.ts";
import type { Path } from "../document.ts";
import type { ConfigFile } from "../schema.ts";
import { coverAll } from "./cover.ts";
import type { Finding } from "./outline.ts";

/** What is certain to have no effect, of routes, rules and matches: warnings. */
export function withoutEffect(file: ConfigFile): readonly Finding[] {
  return sectionsOf(file).flatMap(({ path, routes, rules, kinds, context }) => [
    ...neverTaken(routes, context, [...path, "routes"]),
    ...neverUsed(rules, context, [...path, "rules"]),
    ...neverSeen(routes, kinds, [...path, "routes"]),
    ...neverSeen(rules, kinds, [...path, "rules"]),
  ]);
}

/** Routes and rules where they are written, with what is known of the jobs that come there. */
interface Section {
  readonly path: Path;
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  /** Those that are watched. */
  readonly kinds: readonly string[];
  /** Of which each job is one. */
  readonly context: Match;
}

function sectionsOf({ defaults = {}, namespaces, clusters }: ConfigFile): readonly Section[] {
  const kindsOf = ({ kinds = defaults.kinds ?? [] }: ConfigFile["namespaces"][number]) => kinds;
  const own = namespaces.map((entry, index) => {
    const kinds = kindsOf(entry);
    const context = { kinds, namespaces: [entry.namespace], clusters: [entry.cluster ?? clusters[0]?.name ?? "*"] };
    return sectionOf(entry, ["namespaces", index], kinds, context);
  });
  return [sectionOf(defaults, ["defaults"], namespaces.flatMap(kindsOf), {}), ...own];
}

type Written = Pick<NonNullable<ConfigFile["defaults"]>, "routes" | "rules">;

function sectionOf(
  { routes = [], rules = [] }: Written,
  path: Path,
  kinds: readonly string[],
  context: Match,
): Section {
  return { path, routes: routes.map(routeOf), rules: rules.map(ruleOf), kinds, context };
}

/** Routes behind others that take all that they would, and do not continue. */
function neverTaken(routes: readonly Route[], context: Match, path: Path): readonly Finding[] {
  return routes.flatMap((route, index): readonly Finding[] => {
    const before = [...routes.slice(0, index).entries()].filter(([, each]) => !each.continue);
    const takers = route.on.map((event) =>
      before.find(([, each]) => each.on.includes(event) && coverAll(each, route, context)),
    );
    const names = [...new Set(takers.flatMap((taker) => (taker ? [nameOf(taker[1], taker[0])] : [])))];
    if (takers.includes(undefined)) return [];
    const [all, take] = [names.join(" and "), names.length === 1 ? "takes" : "take"];
    const message = `${nameOf(route, index)} is never taken, as ${all} ${take} all of it: add "continue: true" to ${all}`;
    return [{ path: [...path, index], message }];
  });
}

function nameOf({ name }: Route, index: number): string {
  return `route ${name ?? index + 1}`;
}

/** Rules behind others of their type that are for all of their jobs. */
function neverUsed(rules: readonly Rule[], context: Match, path: Path): readonly Finding[] {
  return rules.flatMap((rule, index): readonly Finding[] => {
    const first = rules.slice(0, index).findIndex((each) => each.type === rule.type && coverAll(each, rule, context));
    if (first === -1) return [];
    const message = `rule ${index + 1} is never used, as rule ${first + 1} is for all of its jobs: of several ${rule.type} the first counts`;
    return [{ path: [...path, index], message }];
  });
}

/** Kinds that a match asks for and nobody watches. */
function neverSeen(entries: readonly (Route | Rule)[], watched: readonly string[], path: Path): readonly Finding[] {
  return entries.flatMap(({ match }, index) =>
    (match?.kinds ?? []).flatMap((kind, position): readonly Finding[] =>
      watched.includes(kind)
        ? []
        : [{ path: [...path, index, "match", "kinds", position], message: `kinds: no ${kind} is watched here` }],
    ),
  );
}
