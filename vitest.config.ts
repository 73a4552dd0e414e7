import { configDefaults, defineConfig } from "vitest/config";
import { leftOutWithoutJava } from "./test/support/java.ts";

const leftOut = leftOutWithoutJava();

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...leftOut],
    // Node itself runs the tests and what they import, as it runs the commands that the tests start: so one coverage can
    // be made of both. The condition leads `#room/file` to the source, and not to the compiled file of the package.
    experimental: { viteModuleRunner: false },
    execArgv: ["--conditions=jobbell-source"],
    // Tests have real parts and mock no module, so files may share a process: to load everything anew for each of them took
    // a third of the whole time. All processors, since those tests that take longest wait for other processes.
    isolate: false,
    maxWorkers: "100%",
    setupFiles: ["test/support/properties.ts"],
    // For machines that have more to do than this: nothing here measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 15_000,
    coverage: {
      provider: "v8",
      autoAttachSubprocess: true,
      include: ["lib/**/*.ts"],
      exclude: ["lib/**/print-schema.ts", ...(leftOut.length > 0 ? ["lib/store/dynamodb/**"] : [])],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 90, branches: 90, "lib/{jobs,routing}/**": { 100: true } },
    },
  },
});
