import type { Resource } from "#jobs/job";
import { type Recording, recording, recordingsIn, startReplay } from "../support/recordings.ts";
import { kubernetesApiContract, type OpenedApi, type Scene } from "./kubernetes-api.ts";
import { callsContract } from "./kubernetes-api-calls.ts";
import { openSimulated, openSimulatedSecure } from "./kubernetes-api-simulated.ts";

/** A real server's answers, in the scene in which they were recorded. */
async function openRecorded(scene: Scene, { plural }: Resource): Promise<OpenedApi> {
  const watched = recordingsIn(`${plural}/watch`);
  const leftOut = scene === "idle" ? "changes-1s" : "idle-1s-bookmarks";
  const errors = [recording("errors/absent-group"), recording("errors/absent-resource")];
  const played =
    scene === "seven" ? [...recordingsIn(plural), ...errors] : watched.filter(({ name }) => !name.endsWith(leftOut));
  const future = scene === "seven" ? recording(`${plural}/list-rv-future`) : recording(`${plural}/watch/rv-future`);
  return {
    ...(await startReplay([...played, ...played.flatMap(withLimit)])),
    from: versionIn(recording(`${plural}/watch/changes-1s`)),
    future: versionIn(future),
  };
}

// A list that is refused is refused whatever the size of its pages.
function withLimit(refused: Recording): readonly Recording[] {
  const { request, response } = refused;
  const isRefusedList = request.method === "GET" && response.status >= 400 && !request.path.includes("?");
  return isRefusedList ? [{ ...refused, request: { ...request, path: `${request.path}?limit=2` } }] : [];
}

function versionIn({ request }: Recording): string {
  return new URL(request.path, "http://server").searchParams.get("resourceVersion") ?? "";
}

kubernetesApiContract("a real server's recordings", openRecorded);
kubernetesApiContract("the simulated server", openSimulated);
callsContract("a real server's recordings", openRecorded);
callsContract("the simulated server", openSimulated);
callsContract("the simulated server over HTTP/2", openSimulatedSecure);
