import type { Blame } from "./texts.ts";

/** What a language needs for causes. */
interface Phrases {
  readonly oom: string;
  readonly evicted: string;
  readonly image: string;
  readonly crashLoop: string;
  /** Of a pod that has no node: who it is says less than why. */
  readonly unschedulable: string;
  readonly noStart: string;
  readonly killed: (signal: string) => string;
  readonly exited: (exitCode: number) => string;
  readonly failed: string;
  readonly exitCode: (exitCode: number) => string;
  readonly colon: string;
  readonly comma: string;
  readonly brackets: (text: string) => string;
  /** Who, and what happened to it. */
  readonly joined: (who: string, what: string) => string;
}

/** Puts a cause into one line, in a language: `Worker 1 (mnist-worker-1) was killed: out of memory (OOMKilled, exit code 137)`. */
export function causeIn(phrases: Phrases): (blame: Blame) => string {
  const { brackets, colon, comma, joined } = phrases;
  return (blame) => {
    const { who, reason, exitCode, message } = blame;
    const why = message === undefined ? "" : `${colon}${message}`;
    if (reason === "Unschedulable") return `${phrases.unschedulable}${why}`;
    const phrase = phraseOf(phrases, blame);
    const says = (part: string) => phrase.includes(part);
    const notes = [
      ...(reason === undefined || SAYS_NOTHING.has(reason) ? [] : [reason]),
      ...(exitCode === undefined || says(phrases.exitCode(exitCode)) ? [] : [phrases.exitCode(exitCode)]),
    ];
    return `${joined(who, phrase)}${notes.length === 0 ? "" : brackets(notes.join(comma))}${why}`;
  };
}

function phraseOf(phrases: Phrases, { reason = "", signal, exitCode }: Blame): string {
  if (reason === "OOMKilled") return phrases.oom;
  if (reason === "Evicted") return phrases.evicted;
  if (IMAGE.has(reason)) return phrases.image;
  if (reason === "CrashLoopBackOff") return phrases.crashLoop;
  if (NO_START.has(reason)) return phrases.noStart;
  if (signal !== undefined) return phrases.killed(signal);
  return exitCode === undefined ? phrases.failed : phrases.exited(exitCode);
}

// What the kubelet writes of any container that ended.
const SAYS_NOTHING: ReadonlySet<string> = new Set(["Error", "Completed"]);

// The reasons of a waiting container, as the kubelet writes them: pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go.
const IMAGE: ReadonlySet<string> = new Set([
  ...["ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"],
  ...["RegistryUnavailable", "SignatureValidationFailed", "ErrImagePullBackOff"],
]);
const NO_START: ReadonlySet<string> = new Set([
  ...["CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError"],
  ...["PreCreateHookError", "PreStartHookError", "PostStartHookError", "CreatePodSandboxError"],
]);
