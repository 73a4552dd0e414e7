import { describe, expect, test } from "vitest";
import { KINDS } from "#jobs/kinds/registry";
import { kindKey, scopeId, type Watch, watchId, watchName } from "#polling/watch";
import { WATCH } from "./scene.ts";

const id = (changes: Partial<Watch> = {}) => watchId({ ...WATCH, ...changes });

describe("the id of a watch", () => {
  // Golden: another id for the same watch would be a new watch, with a silent first tick.
  test("never changes", () => {
    expect(id()).toBe("prod/ml/tfjobs.kubeflow.org");
    expect(id({ labelSelector: "team=vision,tier!=test", fieldSelector: "metadata.name!=x" })).toBe(
      "prod/ml/tfjobs.kubeflow.org?labelSelector=team%3Dvision%2Ctier%21%3Dtest&fieldSelector=metadata.name%21%3Dx",
    );
  });

  test("does not depend on how the watch is read, or on who hears of it", () => {
    const another = {
      pageSize: 7,
      timeoutSeconds: 7,
      resourceVersion: "0",
      firstTick: "announce",
      routes: [],
    } as const;
    expect(id(another)).toBe(id());
  });

  test("is another one for another cluster, namespace, kind or selector", () => {
    const ids = [
      ...KINDS.map((kind) => id({ kind })),
      id({ cluster: "lab" }),
      id({ namespace: "research" }),
      id({ labelSelector: "a=b" }),
      id({ fieldSelector: "a=b" }),
      id({ labelSelector: "a=b", fieldSelector: "a=b" }),
      id({ labelSelector: "a=b&fieldSelector=a=b" }),
      // What follows one another must not flow into one another.
      id({ cluster: "prod/ml", namespace: "x" }),
      id({ cluster: "prod", namespace: "ml/x" }),
      id({ cluster: "prod?ml" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the id of a scope", () => {
  const scope = (changes: Partial<Watch> = {}) => scopeId({ ...WATCH, ...changes });

  test("never changes, and within it the kind is enough", () => {
    expect(scope()).toBe("prod/ml");
    expect(scope({ labelSelector: "team=vision" })).toBe("prod/ml?labelSelector=team%3Dvision");
    expect(kindKey(WATCH)).toBe("tfjobs.kubeflow.org");
  });

  test("is one for all kinds, and another one for another cluster, namespace or selector", () => {
    expect(new Set(KINDS.map((kind) => scope({ kind }))).size).toBe(1);
    const scopes = [
      scope(),
      scope({ cluster: "lab" }),
      scope({ namespace: "research" }),
      scope({ labelSelector: "a=b" }),
      scope({ fieldSelector: "a=b" }),
      scope({ cluster: "prod/ml", namespace: "x" }),
      scope({ cluster: "prod", namespace: "ml/x" }),
    ];
    expect(new Set(scopes).size).toBe(scopes.length);
  });
});

test("a watch is called by its kind, namespace and cluster", () => {
  expect(watchName(WATCH)).toBe("TFJobs of ml on prod");
});
