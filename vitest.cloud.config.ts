import { defineConfig } from "vitest/config";

/** The packaged functions, tried without an account: .ci/slow installs what it needs. */
export default defineConfig({
  test: {
    include: ["test/cloud/**/*.cloud.ts"],
    experimental: { viteModuleRunner: false },
    execArgv: ["--conditions=jobbell-source"],
    testTimeout: 40_000,
  },
});
