/** The functions of functions/, by name: each is bundled, packaged and deployed by it. */
export const FUNCTIONS = ["schedule", "poll", "deliver", "retry"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
