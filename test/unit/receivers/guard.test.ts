import { once } from "node:events";
import { createServer, type LookupFunction } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { guardedLookup } from "#receivers/guard";
import { httpPost, type PostOptions, type PostResult } from "#receivers/post";
import { isPrivateAddress } from "#text/private-address";

const forever = new AbortController().signal;
const PRIVATE = { type: "failure", failure: "private" };

/** A server that takes anything, and counts who came and what they wrote. */
async function startListener() {
  const seen = { connections: 0, bytes: 0, ended: Promise.withResolvers<void>() };
  const server = createServer((socket) => {
    seen.connections += 1;
    socket.on("error", () => {}).on("close", () => seen.ended.resolve());
    socket.on("data", (data) => {
      seen.bytes += data.length;
      socket.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { seen, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const send = (post: ReturnType<typeof httpPost>, url: string): Promise<PostResult> =>
  post({ url: new URL(url), headers: {}, body: "{}" }, forever);
const sendOnce = (url: string, options: PostOptions = {}) => send(httpPost(options), url);

/** Answers one list after the other, the last one for good. */
function answering(...lists: readonly (readonly string[])[]): LookupFunction {
  const left = [...lists];
  return (_host, { all }, found) => {
    const list = (left.length > 1 ? left.shift() : left[0]) ?? [];
    const addresses = list.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (all) found(null, addresses);
    else found(null, addresses[0]?.address ?? "", 4);
  };
}

describe("a guarded post", () => {
  test.each([
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
  ])("does not connect to this machine as %s", async (host) => {
    const { port, seen } = await startListener();
    expect(await sendOnce(`http://${host}:${port}/`)).toEqual(PRIVATE);
    expect(seen.connections).toBe(0);
  });

  test.each([
    "http://169.254.169.254/latest/",
    "https://[fd00:ec2::254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "https://10.0.0.1/",
  ])("does not connect to %s", async (url) => {
    expect(await sendOnce(url)).toEqual(PRIVATE);
  });

  test.each([[["127.0.0.1"]], [["::1"]], [["169.254.169.254", "::ffff:10.0.0.1"]]])(
    "does not connect where a name leads to %j",
    async (addresses) => {
      const { port, seen } = await startListener();
      const lookup = answering(addresses);
      expect(await sendOnce(`http://hooks.example.com:${port}/`, { lookup })).toEqual(PRIVATE);
      expect(await sendOnce(`https://hooks.example.com:${port}/`, { lookup })).toEqual(PRIVATE);
      expect(seen.connections).toBe(0);
    },
  );

  test("sends nothing where a name that was right leads to a private address at the next look-up", async () => {
    const { port, seen } = await startListener();
    // 127.0.0.1 stands for an address of everybody here, 127.0.0.2 for a private one.
    const lookup = answering(["127.0.0.1"], ["127.0.0.2"]);
    const post = httpPost({ lookup, isPrivate: (address) => address === "127.0.0.2" });
    const url = `http://hooks.example.com:${port}/`;
    expect(await send(post, url)).toMatchObject({ status: 204 });
    // Another port is another connection.
    const other = await startListener();
    expect(await send(post, `http://hooks.example.com:${other.port}/`)).toEqual(PRIVATE);
    expect([seen.connections, other.seen.connections]).toEqual([1, 0]);
  });

  test("of several addresses tries those only that are everybody's", async () => {
    const { port, seen } = await startListener();
    const tried: string[] = [];
    const isPrivate = (address: string) => {
      tried.push(address);
      return address !== "127.0.0.1";
    };
    const lookup = answering(["::1", "127.0.0.2", "127.0.0.1"]);
    expect(await sendOnce(`http://hooks.example.com:${port}/`, { lookup, isPrivate })).toMatchObject({ status: 204 });
    expect(tried).toEqual(["::1", "127.0.0.2", "127.0.0.1", "127.0.0.1"]);
    expect(seen.connections).toBe(1);
  });

  test.each(["http", "https"])(
    "looks at the address that it is connected to, and writes nothing to a private one: %s",
    async (scheme) => {
      const { port, seen } = await startListener();
      // As if the look-up had been got round.
      const asked: string[] = [];
      const isPrivate = (address: string) => asked.push(address) > 1;
      const url = `${scheme}://hooks.example.com:${port}/`;
      expect(await sendOnce(url, { lookup: answering(["127.0.0.1"]), isPrivate })).toEqual(PRIVATE);
      await seen.ended.promise;
      expect(seen).toMatchObject({ connections: 1, bytes: 0 });
      expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
    },
  );

  test("looks again at a connection that it uses again", async () => {
    const { port, seen } = await startListener();
    let isPrivateNow = false;
    const post = httpPost({ lookup: answering(["127.0.0.1"]), isPrivate: () => isPrivateNow });
    const url = `http://hooks.example.com:${port}/`;
    expect(await send(post, url)).toMatchObject({ status: 204 });
    const { bytes } = seen;
    isPrivateNow = true;
    expect(await send(post, url)).toEqual(PRIVATE);
    expect(seen).toMatchObject({ connections: 1, bytes });
  });

  test("uses no connection that one without a guard has left open", async () => {
    const { port, seen } = await startListener();
    const url = `http://127.0.0.1:${port}/`;
    expect(await sendOnce(url, { allowPrivate: true })).toMatchObject({ status: 204 });
    expect(await sendOnce(url)).toEqual(PRIVATE);
    expect(seen.connections).toBe(1);
  });

  test.each([
    ["127.0.0.1", ["EREFUSEDADDRESS", ""]],
    ["8.8.8.8", [undefined, "8.8.8.8"]],
  ])("judges a single answer, too, as without the choice of a family: %s", (address, expected) => {
    const lookup = guardedLookup(isPrivateAddress, (_host, _options, found) => found(null, address, 4));
    const answers: unknown[] = [];
    lookup("hooks.example.com", {}, (error, answer) => answers.push(error?.code, answer));
    expect(answers).toEqual(expected);
  });

  test("passes on what the look-up says, also where it says nothing", async () => {
    const failing: LookupFunction = (_host, _options, found) =>
      found(Object.assign(new Error(), { code: "ENOTFOUND" }), "");
    expect(await sendOnce("http://hooks.example.com/", { lookup: failing })).toEqual({
      type: "failure",
      failure: "unresolved",
    });
    expect(await sendOnce("http://hooks.example.com/", { lookup: answering([]) })).toMatchObject({ type: "failure" });
  });
});
