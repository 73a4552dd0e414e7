/** Where something was written. For the command line `file` is the flag's name and `line` is 0. */
export interface Place {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** What is wrong at a place, in one line that says what to do and holds no secret. */
export interface Problem extends Place {
  readonly message: string;
}

/** A problem as people and editors read it: `jobbell.yml:12:7: missing key "name"`. */
export function formatProblem({ file, line, column, message }: Problem): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}

/** Everything that is wrong with a configuration, in the order of the file. The message holds no secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "config";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = inOrder(problems);
    super(sorted.map(formatProblem).join("\n"));
    this.problems = sorted;
  }

  /** One line a problem. */
  format(): string {
    return this.message;
  }
}

/** By position, each line once: what an alias repeats is wrong in one place only. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}
