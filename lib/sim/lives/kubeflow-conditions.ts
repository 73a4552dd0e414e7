export interface KubeflowCondition {
  readonly lastTransitionTime: string;
  readonly lastUpdateTime: string;
  readonly message: string;
  readonly reason: string;
  readonly status: string;
  readonly type: string;
}

/**
 * The conditions after the operator has set one: it moves to the end. Running and Restarting drive each other out, and
 * the end of a job turns Running False without touching its times.
 */
export function withCondition(
  conditions: readonly KubeflowCondition[],
  next: KubeflowCondition,
): readonly KubeflowCondition[] {
  const dropped = DRIVES_OUT[next.type];
  const ends = next.type === "Succeeded" || next.type === "Failed";
  const others = conditions.filter(({ type }) => type !== next.type && type !== dropped);
  return [...others.map((other) => (ends && other.type === "Running" ? { ...other, status: "False" } : other)), next];
}

const DRIVES_OUT: Readonly<Record<string, string>> = { Running: "Restarting", Restarting: "Running" };
