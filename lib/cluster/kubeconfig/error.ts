export type KubeconfigErrorCode =
  | "not-found" // no such file
  | "unreadable"
  | "invalid" // not what a kubeconfig says
  | "missing" // something that it refers to
  | "unsupported"; // a way to reach a cluster that Jobbell does not know

/** Why a kubeconfig leads to no cluster. The message is one line, names the file and what to do, and holds nothing of its secrets. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
  readonly code: KubeconfigErrorCode;

  constructor(code: KubeconfigErrorCode, path: string, problem: string) {
    super(`kubeconfig ${path}: ${problem}`.replace(/\s+/g, " "));
    this.code = code;
  }
}
