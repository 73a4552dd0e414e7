import { describe, expect, test } from "vitest";
import { KINDS } from "#jobs/kinds/registry";
import { adviceOnRefusal } from "#polling/advice";
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

  test("names a pattern and what is left out of it, in whatever order that is said", () => {
    expect(id({ namespace: "*" })).toBe("prod/*/tfjobs.kubeflow.org");
    expect(id({ namespace: "ml-*", labelSelector: "a=b", exclude: ["ml-test", "ml-old-*"] })).toBe(
      "prod/ml-*/tfjobs.kubeflow.org?labelSelector=a%3Db&exclude=ml-old-*&exclude=ml-test",
    );
    const orders = [
      ["a", "b"],
      ["b", "a"],
      ["b", "a", "b"],
    ].map((exclude) => id({ namespace: "*", exclude }));
    expect(new Set(orders).size).toBe(1);
    expect(id({ namespace: "*", exclude: [] })).toBe(id({ namespace: "*" }));
  });

  test("has room in a key, however much is left out", () => {
    const exclude = Array.from({ length: 300 }, (_, index) => `team-${index}-${"x".repeat(50)}`);
    expect(id({ namespace: "*", exclude })).toBe(
      "prod/*/tfjobs.kubeflow.org?exclude=PIdcczyxkkTZ6RwOY9LfOuR-RYazisr85RIqrpaSSIw",
    );
    expect(id({ namespace: "*", exclude: exclude.toReversed() })).toBe(id({ namespace: "*", exclude }));
    expect(id({ namespace: "*", exclude: exclude.slice(1) })).not.toBe(id({ namespace: "*", exclude }));
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
      id({ namespace: "*" }),
      id({ namespace: "ml-*" }),
      id({ namespace: "*", exclude: ["ml"] }),
      id({ namespace: "*", exclude: ["ml", "research"] }),
      id({ namespace: "*", exclude: ["ml&exclude=research"] }),
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
      scope({ namespace: "*" }),
      scope({ namespace: "*", exclude: ["ml"] }),
      scope({ cluster: "prod/ml", namespace: "x" }),
      scope({ cluster: "prod", namespace: "ml/x" }),
    ];
    expect(new Set(scopes).size).toBe(scopes.length);
  });
});

test.each([
  ["ml", "TFJobs of ml on prod"],
  ["ml-*", "TFJobs of ml-* on prod"],
  ["*", "TFJobs of all namespaces on prod"],
])("a watch of %s is called by its kind, namespaces and cluster", (namespace, name) => {
  expect(watchName({ ...WATCH, namespace })).toBe(name);
});

test.each([
  ["ml", "the account's Role the verb"],
  ["ml-*", "the account's ClusterRole the verb"],
])("what to do where changes of %s are not told names the role that it takes", (namespace, words) => {
  expect(adviceOnRefusal({ ...WATCH, namespace })).toContain(words);
});
