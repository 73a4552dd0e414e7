import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inClusterAccess } from "#cluster/in-cluster";
import { accessOf } from "#wiring";
import { json, serve } from "../support/http.ts";
import { createAuthority } from "../support/tls.ts";
import { temporaryFolder } from "../unit/cluster/exec-plugin-script.ts";
import { failure, listAll, openAt, pageOf, statusOf } from "../unit/cluster/open.ts";

const authority = createAuthority();
const local = authority.issue({ hosts: ["127.0.0.1"] });

/** A pod's service account, and the API server of its cluster, which takes the token that the file had when it was made. */
async function pod(token = "pod-1") {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, "ca.crt"), authority.ca);
  await writeFile(join(folder.path, "token"), token);
  return folder;
}

const taking = (valid: string) =>
  serve(({ headers }, response) => {
    if (headers.authorization === `Bearer ${valid}`) json(response, pageOf(["a"]));
    else json(response, statusOf(401, "Unauthorized", "Unauthorized"), 401);
  }, local);

const envOf = (host: string) => {
  const [name, port] = host.split(":");
  return { KUBERNETES_SERVICE_HOST: name, KUBERNETES_SERVICE_PORT: port };
};

describe("the cluster around a pod", () => {
  test("is reached as the pod's service account, by its own authority", async () => {
    await using folder = await pod();
    await using server = await taking("pod-1");
    const access = await inClusterAccess({ name: "prod", env: envOf(server.host), folder: folder.path });
    await using cluster = openAt(access.server, access);
    expect((await listAll(cluster)).items.length).toBe(1);
  });

  test("is reached with the token that the kubelet wrote since", async () => {
    await using folder = await pod();
    await using server = await taking("pod-2");
    const access = await inClusterAccess({ name: "prod", env: envOf(server.host), folder: folder.path });
    await using cluster = openAt(access.server, access);
    expect((await failure(listAll(cluster))).code).toBe("unauthorized");
    await writeFile(join(folder.path, "token"), "pod-2\n");
    expect((await listAll(cluster)).items.length).toBe(1);
  });

  test("may have an IPv6 address", async () => {
    await using folder = await pod();
    const env = { KUBERNETES_SERVICE_HOST: "fd00:10::1", KUBERNETES_SERVICE_PORT: "443" };
    expect((await inClusterAccess({ name: "prod", env, folder: folder.path })).server).toBe("https://[fd00:10::1]:443");
  });

  test.each([{}, { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, { KUBERNETES_SERVICE_PORT: "443" }])(
    "is not there outside of a pod",
    async (env) => {
      const error = await failure(inClusterAccess({ name: "prod", env }));
      expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
      expect(error.message).toMatch(/but KUBERNETES_SERVICE_HOST and .* are not set: run it in a pod/);
    },
  );

  test("is not there without a service account", async () => {
    await using folder = await pod();
    await rm(join(folder.path, "ca.crt"));
    const error = await failure(inClusterAccess({ name: "prod", env: envOf("10.0.0.1:443"), folder: folder.path }));
    expect(error.message).toContain("ca.crt cannot be read: run it in a pod with a service account");
  });

  test("is what `inCluster` in the configuration means", async () => {
    const at = { file: "f", line: 1, column: 1 };
    const error = await failure(accessOf({ name: "here", from: "inCluster", at }));
    expect(error.message).toContain('cluster "here" is to be the one that this process runs in');
  });
});
