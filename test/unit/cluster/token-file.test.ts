import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tokenFile } from "#cluster/auth/token-file";
import { temporaryFolder } from "./exec-plugin-script.ts";
import { failure, SIGNAL } from "./open.ts";

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function openFile(text: string) {
  const folder = await temporaryFolder();
  const path = join(folder.path, "token");
  let now = 1_000_000;
  await writeFile(path, text);
  const credentials = tokenFile({ cluster: "prod", path, now: () => now });
  const wait = (ms: number) => {
    now += ms;
  };
  return { path, credentials, wait, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

describe("a token file", () => {
  test("is read again when a minute has passed, not before", async () => {
    await using file = await openFile(" one \n");
    expect(await file.credentials.current(SIGNAL)).toEqual(bearer("one"));
    await writeFile(file.path, "two");
    file.wait(59_999);
    expect(await file.credentials.current(SIGNAL)).toEqual(bearer("one"));
    file.wait(1);
    expect(await file.credentials.current(SIGNAL)).toEqual(bearer("two"));
  });

  test("is read again after a refusal", async () => {
    await using file = await openFile("one");
    await file.credentials.current(SIGNAL);
    await writeFile(file.path, "two");
    expect(file.credentials.renew()).toBe(true);
    expect(await file.credentials.current(SIGNAL)).toEqual(bearer("two"));
  });

  test("that is empty or absent is named in the error", async () => {
    await using file = await openFile("\n");
    const empty = await failure(file.credentials.current(SIGNAL));
    expect(empty.message).toBe(`cluster "prod" needs the token file ${file.path}, which is empty`);
    await rm(file.path);
    const absent = await failure(file.credentials.current(SIGNAL));
    expect(absent).toMatchObject({ code: "credentials" });
    expect(absent.message).toBe(`cluster "prod" needs the token file ${file.path}, which cannot be read`);
  });
});
