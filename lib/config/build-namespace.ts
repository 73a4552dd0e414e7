import { kindNamed } from "#jobs/kinds/registry";
import type * as jobs from "#jobs/match";
import { ANNOTATIONS } from "#routing/asked";
import type { Honoured, Route } from "#routing/route";
import type { Limit, Rule } from "#rules/rule";
import { parseDuration } from "./duration.ts";
import type { NamespaceConfig } from "./model.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";
import type { Match } from "./schema-routes.ts";
import { annotationsIn } from "./templates.ts";

type Entry = ConfigFile["namespaces"][number];
type File = Pick<ConfigFile, "clusters" | "receivers" | "messages">;

/** What an entry under `namespaces` describes, with the defaults in it. */
export function namespaceOf(entry: Entry, file: File): NamespaceConfig {
  const { clusters, receivers } = file;
  const { kinds = [], cluster = present(clusters[0]).name, watch, resync = "1h", hold, ...rest } = entry;
  const { routes = [], rules = [], annotations, explain = false, pageSize = 500, firstTick = "silent", ...own } = rest;
  const isTold = watch ?? clusters.find(({ name }) => name === cluster)?.provider !== "cci";
  const meaning = {
    routes: routes.map(routeOf),
    ...(rules.length > 0 && { rules: rules.map(ruleOf) }),
    ...(annotations !== undefined && { honours: honoursOf(annotations, receivers) }),
  };
  const keys = once([...annotationKeys(meaning), ...annotationsIn(templatesOf(file))]);
  return {
    ...own,
    cluster,
    kinds: kinds.flatMap((name) => kindNamed(name) ?? []),
    pageSize,
    firstTick,
    ...(isTold && { follow: followOf({ resync, hold }) }),
    ...meaning,
    ...(keys.length > 0 && { annotations: keys }),
    ...(explain && { explain }),
  };
}

function followOf({ resync, hold }: { readonly resync: string; readonly hold: string | undefined }) {
  const resyncMs = present(parseDuration(resync));
  return hold === undefined ? { resyncMs } : { resyncMs, holdMs: present(parseDuration(hold)) };
}

/** An entry under `routes`. */
export function routeOf({ match, exclude, ...route }: NonNullable<Entry["routes"]>[number]): Route {
  return { ...route, ...meant({ match, exclude }) };
}

/** An entry under `rules`. */
export function ruleOf({ match, exclude, ...rule }: NonNullable<Entry["rules"]>[number]): Rule {
  return { ...limitOf(rule), ...meant({ match, exclude }) };
}

function limitOf({ pendingFor, suspendedFor, runningFor, restarts }: NonNullable<Entry["rules"]>[number]): Limit {
  if (pendingFor !== undefined) return { type: "pendingFor", seconds: secondsOf(pendingFor) };
  if (suspendedFor !== undefined) return { type: "suspendedFor", seconds: secondsOf(suspendedFor) };
  if (runningFor !== undefined) return { type: "runningFor", seconds: secondsOf(runningFor) };
  const { moreThan, within } = present(restarts);
  return { type: "restarts", moreThan, withinSeconds: secondsOf(within) };
}

function secondsOf(duration: string): number {
  return present(parseDuration(duration)) / 1000;
}

function meant({
  match,
  exclude,
}: {
  readonly match: Match | undefined;
  readonly exclude: readonly Match[] | undefined;
}) {
  return {
    ...(match !== undefined && { match: matchOf(match) }),
    ...(exclude !== undefined && { exclude: exclude.map(matchOf) }),
  };
}

function matchOf({ labels, annotations, ...match }: Match): jobs.Match {
  return {
    ...match,
    ...(labels !== undefined && { labels: listed(labels) }),
    ...(annotations !== undefined && { annotations: listed(annotations) }),
  };
}

function listed(values: NonNullable<Match["labels"]>): NonNullable<jobs.Match["labels"]> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value].flat()]));
}

/** Of all receivers Slack's bots alone can post where they are told to. */
function honoursOf({ channel, ...others }: NonNullable<Entry["annotations"]>, receivers: File["receivers"]): Honoured {
  const bots = receivers.filter(({ slack }) => slack?.token !== undefined).map(({ name }) => name);
  return { ...others, ...(channel !== undefined && { channel: { patterns: channel, receivers: bots } }) };
}

/** All that messages are made of: templates may name annotations. */
function templatesOf({ messages, receivers }: File): readonly string[] {
  return [messages, ...receivers.map((receiver) => receiver.messages)].flatMap(
    ({ templates = [], links = [] } = {}) => [
      ...templates.flatMap(({ headline = "", text = "" }) => [headline, text]),
      ...links.map(({ url }) => url),
    ],
  );
}

function once(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].toSorted();
}

/** The annotations that routes, rules and what jobs may say ask for. */
function annotationKeys({ routes, rules = [], honours = {} }: Pick<NamespaceConfig, "routes" | "rules" | "honours">) {
  const matches = [...routes, ...rules].flatMap(({ match, exclude = [] }) => [match ?? {}, ...exclude]);
  const asked = matches.flatMap(({ annotations = {} }) => Object.keys(annotations));
  const ours = Object.keys(honours).map((name) => ANNOTATIONS[name as keyof Honoured]);
  return [...asked, ...ours];
}
