import { tfJob } from "#jobs/kinds/kubeflow";

const { group, version, kind, plural } = tfJob.resource;
const groupVersion = { groupVersion: `${group}/${version}`, version };

/** What kubectl asks a server before it asks for jobs: which groups there are, and what is in them. */
export const DISCOVERY: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "32", gitVersion: "v1.32.0", platform: "linux/amd64" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
  "/apis": {
    ...{ kind: "APIGroupList", apiVersion: "v1" },
    groups: [{ name: group, versions: [groupVersion], preferredVersion: groupVersion }],
  },
  [`/apis/${group}/${version}`]: {
    ...{ kind: "APIResourceList", apiVersion: "v1", groupVersion: groupVersion.groupVersion },
    resources: [
      { name: plural, singularName: kind.toLowerCase(), namespaced: true, kind, verbs: ["get", "list", "watch"] },
    ],
  },
};
