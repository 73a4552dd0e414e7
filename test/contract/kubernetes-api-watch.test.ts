import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Resource } from "#jobs/job";
import { type Recording, recording } from "../support/recordings.ts";
import type { OpenedApi, Scene } from "./kubernetes-api.ts";
import { openSimulated, openSimulatedSecure } from "./kubernetes-api-simulated.ts";
import { watchContract } from "./kubernetes-api-watch.ts";

/** A real server's streams, by the version that is asked for. */
async function openRecorded(scene: Scene, { plural }: Resource): Promise<OpenedApi> {
  const recorded = (name: string) => recording(`${plural}/watch/${name}`);
  const streams = [scene === "idle" ? "idle-1s-bookmarks" : "changes-1s", "rv-future", "rv-bad", "rv-1-too-old"];
  const byVersion = new Map(streams.map((name) => [versionIn(recorded(name).request.path), recorded(name)]));
  const server = createServer(({ url = "" }, response) => {
    const found = byVersion.get(versionIn(url));
    if (found === undefined) return void response.writeHead(599).end();
    const { "transfer-encoding": _, ...headers } = found.response.headers;
    response.writeHead(found.response.status, headers).end(textOf(found));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    from: versionIn(recorded("changes-1s").request.path),
    future: versionIn(recorded("rv-future").request.path),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function textOf({ response: { body } }: Recording): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

function versionIn(path: string): string {
  return new URL(path, "http://server").searchParams.get("resourceVersion") ?? "";
}

watchContract("a real server's recordings", openRecorded);
watchContract("the simulated server", openSimulated);
watchContract("the simulated server over HTTP/2", openSimulatedSecure);
