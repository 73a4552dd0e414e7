import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { execPlugin } from "#cluster/auth/exec-plugin";
import { pluginScript, temporaryFolder } from "./exec-plugin-script.ts";
import { everythingOf, failure, SIGNAL } from "./open.ts";

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("an exec plugin", () => {
  test.each(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const)(
    "of %s makes a token",
    async (apiVersion) => {
      await using script = await pluginScript('answer({ token: "t" + nth });', { apiVersion });
      const credentials = execPlugin(script.plugin, { cluster: "prod" });
      expect(await credentials.current(SIGNAL)).toEqual(bearer("t1"));
    },
  );

  test("makes a certificate, with a token or without", async () => {
    await using script = await pluginScript('answer({ clientCertificateData: "CERT", clientKeyData: "KEY" });');
    const credentials = execPlugin(script.plugin, { cluster: "prod" });
    expect(await credentials.current(SIGNAL)).toEqual({ headers: {}, cert: "CERT", key: "KEY" });
  });

  test("gets its arguments, its variables and the cluster, and no input", async () => {
    await using script = await pluginScript(`
      const { spec, kind, apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      const input = fs.readFileSync(0, "utf8");
      answer({ token: JSON.stringify([process.argv.slice(2), process.env.REGION, !!process.env.PATH, spec, kind, apiVersion, input]) });
    `);
    const { plugin } = script;
    const clusterInfo = { server: "https://203.0.113.10:6443", config: { audience: "x" } };
    const args = [...plugin.args, "a b", "$(c)"];
    const credentials = execPlugin({ ...plugin, args, env: { REGION: "eu" }, clusterInfo }, { cluster: "prod" });
    const { headers } = await credentials.current(SIGNAL);
    expect(JSON.parse(headers.authorization!.slice("Bearer ".length))).toEqual([
      ["a b", "$(c)"],
      "eu",
      true,
      { interactive: false, cluster: clusterInfo },
      "ExecCredential",
      plugin.apiVersion,
      "",
    ]);
  });

  test("runs once for many, and again a minute before the end", async () => {
    await using script = await pluginScript(
      'answer({ token: "t" + nth, expirationTimestamp: "2026-11-21T01:00:00Z" });',
    );
    let now = Date.parse("2026-11-21T00:00:00Z");
    const credentials = execPlugin(script.plugin, { cluster: "prod", now: () => now });
    const both = await Promise.all([credentials.current(SIGNAL), credentials.current(SIGNAL)]);
    expect(both).toEqual([bearer("t1"), bearer("t1")]);
    now = Date.parse("2026-11-21T00:58:59Z");
    expect(await credentials.current(SIGNAL)).toEqual(bearer("t1"));
    now = Date.parse("2026-11-21T00:59:00Z");
    expect(await credentials.current(SIGNAL)).toEqual(bearer("t2"));
    expect(await script.count()).toBe(2);
  });

  test("runs again when it is asked to renew", async () => {
    await using script = await pluginScript('answer({ token: "t" + nth });');
    const credentials = execPlugin(script.plugin, { cluster: "prod" });
    await credentials.current(SIGNAL);
    expect(credentials.renew()).toBe(true);
    expect(await credentials.current(SIGNAL)).toEqual(bearer("t2"));
  });

  test("is ended by the signal of who started it, and runs again for who still waits", async () => {
    await using script = await pluginScript(
      'if (nth === 1) setInterval(() => {}, 1000); else answer({ token: "t" + nth });',
    );
    const credentials = execPlugin(script.plugin, { cluster: "prod" });
    const stop = new AbortController();
    const left = credentials.current(stop.signal);
    const stays = credentials.current(SIGNAL);
    while ((await script.count()) === 0) await new Promise(setImmediate);
    stop.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    expect(await stays).toEqual(bearer("t2"));
    await expect(credentials.current(stop.signal)).rejects.toThrow("enough");
  });
});

describe("an exec plugin that fails", () => {
  test.each([
    ["prints nothing", "", /printed no ExecCredential/],
    ["prints text", 'console.log("Please log in");', /printed no ExecCredential/],
    [
      "prints another version",
      'answer({ token: "t" }, "client.authentication.k8s.io/v1beta1");',
      /another version than client/,
    ],
    ["prints no credential", "answer({});", /without token and certificate/],
    [
      "prints half a certificate",
      'answer({ clientCertificateData: "c" });',
      /one of certificate and key without the other/,
    ],
    ["prints a time that is none", 'answer({ token: "t", expirationTimestamp: "soon" });', /no time/],
    [
      "exits",
      'console.error("\\nSSO session expired: run aws sso login\\nTraceback"); process.exit(3);',
      /failed \(3\): SSO session expired: run aws sso login$/,
    ],
    ["exits without a word", "process.exit(4);", /failed \(4\)$/],
    ["is killed", 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);', /failed \(SIGTERM\)$/],
    [
      "prints without end",
      'process.stdout.write("x".repeat(2_000_000));',
      /failed \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)$/,
    ],
  ])("because it %s says so in one line", async (_what, body, message) => {
    await using script = await pluginScript(body);
    const error = await failure(execPlugin(script.plugin, { cluster: "prod" }).current(SIGNAL));
    expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
    expect(error.message).toMatch(/^cluster "prod" needs credentials: the command "node" /);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n/);
  });

  test.each([
    [
      "says how to install it",
      { installHint: "Install it:\n  https://example.com/install" },
      /was not found: Install it: https:\/\/example\.com\/install$/,
    ],
    ["says to install it", {}, /was not found: install it$/],
  ])("because it is not there %s", async (_what, hint, message) => {
    await using script = await pluginScript("", { command: "no-such-command-of-jobbell", ...hint });
    const error = await failure(execPlugin(script.plugin, { cluster: "prod" }).current(SIGNAL));
    expect(error.code).toBe("credentials");
    expect(error.message).toMatch(message);
  });

  test("because it is no program says so", async () => {
    await using folder = await temporaryFolder();
    const command = join(folder.path, "plugin");
    await writeFile(command, "text");
    await using script = await pluginScript("", { command });
    const error = await failure(execPlugin(script.plugin, { cluster: "prod" }).current(SIGNAL));
    expect(error.message).toMatch(/the command "plugin" is not a program that may be run/);
  });

  test("because it takes too long says how long", async () => {
    await using script = await pluginScript("setInterval(() => {}, 1000);");
    const error = await failure(execPlugin(script.plugin, { cluster: "prod", timeoutMs: 100 }).current(SIGNAL));
    expect(error.message).toMatch(/made none within 0.1 s/);
  });

  test("because it must ask somebody is not run", async () => {
    await using script = await pluginScript('answer({ token: "t" });', { interactiveMode: "Always" });
    const error = await failure(execPlugin(script.plugin, { cluster: "prod" }).current(SIGNAL));
    expect(error.message).toMatch(/wants to ask a person/);
    expect(await script.count()).toBe(0);
  });

  test("shows no token, no argument and no address", async () => {
    const said =
      "token=abcdef Bearer qwertyuiop eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2lnbmF0dXJl at https://10.1.2.3:6443/x via api.internal";
    await using script = await pluginScript(`console.error(${JSON.stringify(said)}); process.exit(1);`);
    const plugin = {
      ...script.plugin,
      args: [...script.plugin.args, "--password=hunter2"],
      env: { SECRET: "hunter3" },
    };
    const error = await failure(execPlugin(plugin, { cluster: "prod", hidden: ["api.internal"] }).current(SIGNAL));
    expect(error.message).toMatch(
      /failed \(1\): token=\[secret\] Bearer \[secret\] \[secret\] at \[address\] via \[hidden\]$/,
    );
    expect(everythingOf(error)).not.toMatch(/hunter|abcdef|qwerty|eyJ|10\.1\.2\.3|internal:/);
  });
});
