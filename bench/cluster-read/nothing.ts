import { report } from "./spent.ts";

await report(async () => ({}));
