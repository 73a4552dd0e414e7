// The least that reading a list takes without leaving anything of it out: requests, gunzip, JSON.parse.
import type { ListTask } from "./client-node.ts";
import { instruction, report } from "./spent.ts";

interface JobList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly object[];
}

const { server, namespace, limit = 500 } = instruction<ListTask>();

await report(async () => {
  let objects = 0;
  let token = "";
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(token !== "" && { continue: token }) });
    const answer = await fetch(`${server}/apis/kubeflow.org/v1/namespaces/${namespace}/tfjobs?${query}`);
    if (!answer.ok) throw new Error(`the simulated cluster answers ${answer.status}`);
    const list = JSON.parse(await answer.text()) as JobList;
    objects += list.items.length;
    token = list.metadata.continue ?? "";
  } while (token !== "");
  return { objects };
});
