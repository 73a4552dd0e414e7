import { compileConfig, readCompiledConfig } from "#config/compiled";
import { parseConfig } from "#config/config";
import { fanOut } from "#polling/fan-out";
import { watchId } from "#polling/watch";
import { watchesOf } from "#wiring";
import { zip } from "../../infra/zip.ts";
import { FLEET, namespaceOf } from "./fleet.ts";

/** How large a configuration of that many namespaces is in a function's package, and what it takes. */
export interface PackageSize {
  readonly bytes: number;
  readonly zipped: number;
  /** Milliseconds to check the file before it is packaged, and to read it at the start of a function. */
  readonly checkMs: number;
  readonly readMs: number;
  /** Bytes of the largest message in the queue. */
  readonly message: number;
}

export function measurePackage(): PackageSize {
  const begun = performance.now();
  const text = compileConfig(parseConfig(yaml(), "jobbell.yml"), ".");
  const checked = performance.now();
  const watches = watchesOf(readCompiledConfig(text));
  const known = new Map(watches.map((watch) => [watchId(watch), watch]));
  const read = performance.now();
  const messages = fanOut([...known.values()]).map((batch) => JSON.stringify(batch.map(watchId)).length + 60);
  return {
    bytes: Buffer.byteLength(text),
    zipped: zip({ "config.json": Buffer.from(text) }).length,
    checkMs: checked - begun,
    readMs: read - checked,
    message: Math.max(...messages),
  };
}

function yaml(): string {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const clusters = numbers(FLEET.clusters).map(
    (n) => `  - { name: c${n}, server: "\${ssm:/c${n}/server}", auth: { token: "\${ssm:/c${n}/token}" } }`,
  );
  const receivers = numbers(FLEET.channels).map(
    (n) => `  - { name: channel-${n}, slack: { webhookUrl: "\${ssm:/slack/${n}}" } }`,
  );
  const namespaces = numbers(FLEET.namespaces).map(
    (n) =>
      `  - { namespace: ${namespaceOf(n)}, cluster: c${n % FLEET.clusters}, kinds: [TFJob, PyTorchJob, Job], routes: [{ on: [Failed], receivers: [channel-${n % FLEET.channels}] }] }`,
  );
  return ["clusters:", ...clusters, "receivers:", ...receivers, "namespaces:", ...namespaces, ""].join("\n");
}
