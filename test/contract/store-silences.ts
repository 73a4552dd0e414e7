import { expect, test } from "vitest";
import type { Silence } from "#routing/silence";
import { DAY, MINUTE, NOW } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const FULL: Silence = {
  id: "sil_a",
  on: ["Failed", "Stalled"],
  match: {
    clusters: ["prod"],
    namespaces: ["ml-*"],
    kinds: ["TFJob"],
    names: ["train-*"],
    labels: { tier: ["prod", "stage*"] },
  },
  receivers: ["chat*"],
  author: "ada",
  comment: "maintenance ✂️",
  startsAt: NOW,
  endsAt: NOW + 60 * MINUTE,
};
const BARE: Silence = { id: "sil_b", match: {}, author: "bob", comment: "c", startsAt: NOW + 1, endsAt: NOW + MINUTE };

/** Until when nobody hears of what. */
export function silencesContract(stores: TwoStores): void {
  test("silences come back as they were kept, the last that were made first", async () => {
    const [one, other] = await stores();
    expect(await one.silences()).toEqual([]);
    await one.putSilence(FULL);
    await one.putSilence(BARE);
    expect(await other.silences()).toEqual([BARE, FULL]);
  });

  test("a silence takes the place of the one with its id", async () => {
    const [one, other] = await stores();
    await one.putSilence(FULL);
    await other.putSilence({ ...FULL, endsAt: NOW + 5 });
    expect(await one.silences()).toEqual([{ ...FULL, endsAt: NOW + 5 }]);
  });

  test("a silence that is over is kept for 30 days, for whoever wants to know why nobody heard", async () => {
    const [one, other] = await stores();
    const old = { ...BARE, startsAt: NOW - 40 * DAY, endsAt: NOW - 30 * DAY };
    const kept = { ...FULL, startsAt: NOW - 40 * DAY, endsAt: NOW - 30 * DAY + MINUTE };
    await one.putSilence(old);
    await one.putSilence(kept);
    await one.sweep(NOW);
    expect(await other.silences()).toEqual([kept]);
  });
}
