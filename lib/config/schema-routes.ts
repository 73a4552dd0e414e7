import * as z from "zod";
import { EVENT_TYPES } from "#jobs/event";
import { KINDS } from "#jobs/kinds/registry";
import { Name, Yes } from "./schema-text.ts";

const ENTRY = "must have at least one entry";

/** A DNS label, in which each `*` stands for any characters or none: two in a row would stand for no more than one. */
const NAMESPACE = /^(?!.*\*\*)[a-z0-9*](?:[-a-z0-9*]{0,61}[a-z0-9*])?$/;

export const NamespacePattern = z
  .string()
  .regex(
    NAMESPACE,
    "must be the name of a Kubernetes namespace: a-z, 0-9 and -, at most 63 characters; or a pattern with * for any others",
  );

export const KindName = z.enum(KINDS.map((kind) => kind.resource.kind));
export const EventName = z.enum(EVENT_TYPES);

const JobName = z
  .string()
  .regex(
    /^(?!.*\*\*)[a-z0-9*](?:[-.a-z0-9*]{0,251}[a-z0-9*])?$/,
    "must be the name of a job, or a pattern with * for any characters",
  );

const Value = z.string().max(253, "must have at most 253 characters");
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const Key = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
    "must be a key of Kubernetes, such as team or example.com/team",
  );
const Values = z
  .record(Key, z.union([Value, z.array(Value).min(1, ENTRY)]))
  .refine((map) => Object.keys(map).length > 0, ENTRY);

const MATCH = {
  clusters: z.array(Name).min(1, ENTRY).exactOptional().describe("Names of clusters."),
  namespaces: z.array(NamespacePattern).min(1, ENTRY).exactOptional().describe("Names of namespaces, or patterns."),
  kinds: z.array(KindName).min(1, ENTRY).exactOptional().describe("Kinds of job."),
  names: z.array(JobName).min(1, ENTRY).exactOptional().describe("Names of jobs, or patterns."),
  labels: Values.exactOptional().describe(
    "Labels that the job must all carry, each with a value, a pattern, or one of a list of them. * is any value.",
  ),
  annotations: Values.exactOptional().describe("The same of annotations."),
};

/** Which jobs are meant. */
export const Match = z
  .strictObject(MATCH)
  .describe("Which jobs: all that is said must hold, and of a list one entry. * stands for any characters.");
export type Match = z.infer<typeof Match>;

/** Which jobs are not meant. */
export const Exclude = z
  .array(Match.refine((match) => Object.keys(match).length > 0, "must say something: an empty entry means every job"))
  .min(1, ENTRY)
  .describe("Jobs that are left out: those that any entry means.");

export const Route = z
  .strictObject({
    name: Name.exactOptional().describe("What plans and logs call the route. Default: its number."),
    on: z
      .array(EventName)
      .min(1, ENTRY)
      .default([...EVENT_TYPES])
      .describe("The events that take this route. Default: all."),
    match: Match.exactOptional().describe("The jobs that take this route. Default: all."),
    exclude: Exclude.exactOptional(),
    receivers: z.array(Name).describe("Names of receivers. None: what takes this route is told to nobody."),
    continue: Yes.exactOptional().describe(
      "The routes after it are asked, too. Default: the first that fits is taken.",
    ),
  })
  .describe("Which events of which jobs go to which receivers. An event takes the first route that fits.");

const Channel = z
  .string()
  .regex(
    /^(?:#[^\s#@<>&,.:/]{1,80}|[CDG][A-Z0-9]{7,20})$/,
    "must be a channel, #name, with * for any characters, or a channel's id",
  );

/** What jobs may say by annotations. */
export const Annotations = z
  .strictObject({
    notify: z
      .array(Name)
      .min(1, ENTRY)
      .exactOptional()
      .describe(
        "Receivers that hear, of a job with jobbell.dev/notify: Failed,Succeeded, those events and no others, whatever the routes say.",
      ),
    channel: z
      .array(Channel)
      .min(1, ENTRY)
      .exactOptional()
      .describe("Channels, or patterns of them, that jobbell.dev/channel may name in place of a Slack bot's."),
    mute: Yes.exactOptional().describe('Of a job with jobbell.dev/mute: "true" nobody hears anything.'),
  })
  .describe("Which annotations of jobs are honoured. Default: none.");
