// As its README has it, with what it does by default.
import { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { instruction, report } from "./spent.ts";

export interface ListTask {
  readonly server: string;
  readonly namespace: string;
  /** Objects a page; everything at once where it is left out. */
  readonly limit?: number;
}

interface TFJobList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly object[];
}

const { server, namespace, limit } = instruction<ListTask>();
const TFJOBS = { group: "kubeflow.org", version: "v1", plural: "tfjobs" };

await report(async () => {
  const config = new KubeConfig();
  config.loadFromOptions({
    // Without this it takes no server without TLS.
    clusters: [{ name: "bench", server, skipTLSVerify: true }],
    users: [{ name: "bench", token: "bench" }],
    contexts: [{ name: "bench", cluster: "bench", user: "bench" }],
    currentContext: "bench",
  });
  const api = config.makeApiClient(CustomObjectsApi);
  const items: object[] = [];
  let token: string | undefined;
  do {
    const page = { ...(limit !== undefined && { limit }), ...(token && { _continue: token }) };
    const list: TFJobList = await api.listNamespacedCustomObject({ ...TFJOBS, namespace, ...page });
    items.push(...list.items);
    token = list.metadata.continue;
  } while (token);
  return { objects: items.length };
});
