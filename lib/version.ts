/** The version of the package: what `--version` prints and what requests carry in `User-Agent`. A constant, because a bundled function has no package.json beside it; a test keeps them equal. */
export const VERSION = "0.1.0";
