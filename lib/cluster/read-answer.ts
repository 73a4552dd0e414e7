import type { Fields } from "#jobs/kinds/reader";
import { ClusterError } from "./cluster.ts";
import { Projection } from "./projection.ts";
import type { HttpAnswer } from "./transport.ts";

// A 422 may quote the whole object, more than once; what comes after this is not read.
const MAX_TEXT = 524_288;

/** The beginning of a body as text. */
export async function readText(answer: HttpAnswer): Promise<string> {
  return (await readBytes(answer, MAX_TEXT)).toString("utf8");
}

/** At most so many bytes of a body; what comes after them is left. */
export async function readBytes({ body }: HttpAnswer, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= max) break;
  }
  return Buffer.concat(chunks).subarray(0, max);
}

/** A body that is one JSON object, or those fields of it. What does not begin like one is left after its first bytes. */
export async function readJson(cluster: string, { body }: HttpAnswer, fields: Fields = true): Promise<unknown> {
  const projection = new Projection(fields);
  let isBegun = false;
  for await (const chunk of body) {
    if (!isBegun) checkBeginning(cluster, chunk);
    isBegun = true;
    projection.push(chunk);
  }
  return parse(cluster, projection.text());
}

function checkBeginning(cluster: string, chunk: Buffer): void {
  const first = chunk.toString("latin1", 0, 64).trimStart();
  if (first === "" || first.startsWith("{")) return;
  throw notKubernetes(cluster, first.startsWith("<") ? "answers with a web page" : "answers with what is not JSON");
}

function parse(cluster: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not as a cause: its message quotes the body.
    throw notKubernetes(cluster, "answers with JSON that is broken, cut off or empty");
  }
}

function notKubernetes(cluster: string, what: string): ClusterError {
  const says = "check that the server's address leads to the Kubernetes API itself";
  return new ClusterError("not-kubernetes", cluster, `cluster "${cluster}" ${what}: ${says}`);
}
