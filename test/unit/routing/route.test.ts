import { describe, expect, test } from "vitest";
import { EVENT_TYPES, type EventType } from "#jobs/event";
import type { Labels } from "#jobs/job";
import { decide, told } from "#routing/decide";
import { everythingTo, type Route } from "#routing/route";
import { jobEvent } from "../../support/events.ts";

const to = (receivers: readonly string[], on: readonly EventType[], labels: Labels = {}): Route => ({
  on,
  match: { labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]])) },
  receivers,
  continue: true,
});
const heard = (event: EventType, labels: Labels, ...routes: readonly Route[]) =>
  told(decide(jobEvent({ event, labels }), { routes }, [], 0));

const chat = to(["chat"], ["Succeeded", "Failed"]);
const pager = to(["pager"], ["Failed"], { tier: "prod" });
const both = to(["hook", "chat"], ["Failed", "Vanished"], { tier: "prod", team: "vision" });

describe("who hears of an event", () => {
  test.each<readonly [string, EventType, Labels, readonly Route[], readonly string[]]>([
    ["nobody, without routes", "Failed", {}, [], []],
    ["whoever is named for its type", "Failed", {}, [chat], ["chat"]],
    ["nobody, where no route names its type", "Running", {}, [chat], []],
    ["nobody, where a route names no type at all", "Failed", {}, [to(["chat"], [])], []],
    ["everybody whose labels the job carries", "Failed", { tier: "prod" }, [chat, pager], ["chat", "pager"]],
    ["not who wants another value", "Failed", { tier: "test" }, [chat, pager], ["chat"]],
    ["not who wants a label that the job does not have", "Failed", {}, [pager], []],
    ["not who wants two labels of which the job has one", "Failed", { tier: "prod" }, [both], []],
    [
      "who wants two labels, from a job with more",
      "Failed",
      { tier: "prod", team: "vision", app: "x" },
      [both],
      ["hook", "chat"],
    ],
    [
      "each once, in the order in which the routes name them",
      "Failed",
      { tier: "prod", team: "vision" },
      [chat, both, pager],
      ["chat", "hook", "pager"],
    ],
    ["not who wants the right labels of another type of event", "Succeeded", { tier: "prod" }, [pager], []],
    ["nobody, where a route matches and names no receiver", "Failed", {}, [to([], ["Failed"])], []],
    ["an empty value is a value", "Failed", { gpu: "" }, [to(["chat"], ["Failed"], { gpu: "" })], ["chat"]],
    [
      "a label that every object of JavaScript has is none",
      "Failed",
      {},
      [to(["chat"], ["Failed"], { constructor: "x" })],
      [],
    ],
  ])("%s", (_, event, labels, routes, expected) => {
    expect(heard(event, labels, ...routes)).toEqual(expected);
  });

  test.each(EVENT_TYPES)("everythingTo hears of %s, whatever the labels", (event) => {
    expect(heard(event, {}, everythingTo(["chat", "hook"]))).toEqual(["chat", "hook"]);
    expect(heard(event, { tier: "test" }, everythingTo(["chat", "hook"]))).toEqual(["chat", "hook"]);
  });
});
