import type { Resource } from "#jobs/job";
import type { JobWish } from "./job-specs.ts";
import { isBuiltIn } from "./objects.ts";
import { deckOf, type Random } from "./random.ts";

type Some<T> = readonly [T, ...T[]];

/** What a kind of job is typically used for. */
const WORK: Readonly<Record<string, Some<string>>> = {
  Job: ["nightly-eval", "dataset-dedup", "embeddings-refresh", "export-onnx", "feature-backfill", "tokenizer-build"],
  JAXJob: ["gemma-pretrain", "vit-jax-sweep"],
  MPIJob: ["horovod-resnet101", "allreduce-bench"],
  PaddleJob: ["ocr-layout", "ernie-distill"],
  PyTorchJob: ["llama-sft", "whisper-asr", "clip-align", "diffusion-xl-lora", "reranker-distill", "mae-segment"],
  TFJob: ["resnet50-finetune", "bert-pretrain", "recsys-ranker", "efficientnet-b4", "ctr-wide-deep", "unet-tiles"],
  XGBoostJob: ["fraud-xgb", "churn-xgb"],
};

const PEOPLE: Some<{ readonly team: string; readonly owner: string }> = [
  { team: "vision", owner: "mira" },
  { team: "vision", owner: "jonas" },
  { team: "nlp", owner: "wei" },
  { team: "nlp", owner: "amara" },
  { team: "speech", owner: "tomas" },
  { team: "ranking", owner: "lena" },
];
const TIERS: Some<string> = ["prod", "dev", "dev"];
const WORKERS: Some<number> = [1, 2, 2, 4];
// What Kubernetes makes the ends of generated names of: no vowels, so no words.
const LETTERS: Some<string> = ["b", ..."cdfghjklmnpqrstvwxz2456789"];

export interface Role {
  readonly resource: Resource;
  readonly wish: Omit<JobWish, "suspend">;
}

/**
 * Makes up jobs as the teams of a cluster might run them: kinds and kinds of work in turn, never two of one name. A
 * job that is to restart is of a kind that says so, if there is one.
 */
export function casting(
  random: Random,
  resources: Some<Resource>,
  namespaces: Some<string>,
): (restarts: boolean) => Role {
  const nextKind = deckOf(random, resources);
  const [first, ...others] = resources.filter((resource) => !isBuiltIn(resource));
  const nextThatRestarts = first === undefined ? nextKind : deckOf(random, [first, ...others]);
  const nextName = naming(random);
  return (restarts) => {
    const resource = restarts ? nextThatRestarts() : nextKind();
    const labels = { ...random.pick(PEOPLE), tier: random.pick(TIERS) };
    const place = { name: nextName(resource.kind), namespace: random.pick(namespaces) };
    return { resource, wish: { ...place, labels, workers: random.pick(WORKERS) } };
  };
}

function naming(random: Random): (kind: string) => string {
  const works = new Map(Object.entries(WORK).map(([kind, names]) => [kind, deckOf(random, names)]));
  const taken = new Set<string>();
  return (kind) => {
    const work = works.get(kind)?.() ?? "train";
    let name = work;
    while (name === work || taken.has(name)) name = `${work}-${[1, 2, 3, 4].map(() => random.pick(LETTERS)).join("")}`;
    taken.add(name);
    return name;
  };
}
