/** The version that requests carry in `User-Agent`. A constant, because a bundled function has no package.json beside it; a test keeps them equal. */
export const VERSION = "0.1.0";
