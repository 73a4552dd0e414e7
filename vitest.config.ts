import { defineConfig } from "vitest/config";

export default defineConfig({
  // `#room/file` means the TypeScript source here, the compiled file in the published package.
  resolve: { conditions: ["jobbell-source"] },
  ssr: { resolve: { conditions: ["jobbell-source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    coverage: { provider: "v8", include: ["lib/**/*.ts"], reporter: ["text-summary", "json-summary"] },
  },
});
