import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import type { Timeouts } from "../access.ts";
import type { Incoming } from "../body.ts";
import { Fault } from "../fault.ts";
import type { Outgoing } from "../request.ts";
import { resetError, Unanswered } from "../unanswered.ts";
import type { Place, Session } from "./session.ts";

// As RFC 9113 names them.
const NO_ERROR = 0;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const ENHANCE_YOUR_CALM = 11;
const HTTP_1_1_REQUIRED = 13;

/** One request at a place that was taken for it, until the answer's headers are there. */
export async function exchangeByHttp2(
  place: Place,
  request: Outgoing,
  { headersMs }: Timeouts,
  signal: AbortSignal,
): Promise<Incoming> {
  const { session } = place;
  const { hasAnswered } = session;
  const stream = await open(place, request, signal);
  const giveUp = () => {
    session.retire();
    cancel(stream, new Fault("headers-timeout", headersMs));
  };
  const timer = setTimeout(giveUp, headersMs);
  try {
    stream.end(request.body);
    const headers = await headersOf(stream);
    const status = headers[":status"] ?? 0;
    session.hasAnswered = true;
    session.hear();
    return {
      status,
      headers,
      stream,
      leave: (error) => leaveBody(session, stream, error),
      checkEnd: () => checkEnd(stream),
    };
  } catch (error) {
    throw explained(error, session, stream, hasAnswered);
  } finally {
    clearTimeout(timer);
  }
}

async function open({ session, leave }: Place, request: Outgoing, signal: AbortSignal): Promise<ClientHttp2Stream> {
  const { method, path, host, headers, body } = request;
  try {
    // A GET may be sent again, so it need not wait to hear that the connection is alive.
    if (method !== "GET") await session.whenAlive();
    const head = { ":method": method, ":path": path, ":scheme": "https", ":authority": host, ...headers };
    const stream = session.open(head, body !== undefined, signal);
    // What happens after the answer began reaches its reader by the body; without a listener it would end the process.
    return stream.on("error", () => {}).once("close", leave);
  } catch (error) {
    leave();
    session.retire();
    throw new Unanswered("untouched", error);
  }
}

/** A stream that is cancelled closes without an error. */
function headersOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> {
  return new Promise((resolve, reject) => {
    stream.once("response", resolve);
    stream.once("error", reject);
    stream.once("close", () => reject(resetError()));
  });
}

function explained(error: unknown, session: Session, stream: ClientHttp2Stream, hadAnswered: boolean): unknown {
  if (error instanceof Fault) return error;
  if (stream.rstCode === HTTP_1_1_REQUIRED) return new Unanswered("http1", error);
  if (stream.rstCode === REFUSED_STREAM) {
    // It takes fewer streams than it said, or none any more.
    session.retire();
    return new Unanswered("untouched", error);
  }
  // Without a number it was never sent.
  if (stream.id === undefined || stream.id > session.lastStream) return new Unanswered("untouched", error);
  if (stream.rstCode === ENHANCE_YOUR_CALM) {
    // Streams that were just left may count for the server still, and make one too many: another connection begins at none.
    session.retire();
    return new Unanswered("unknown", error);
  }
  return session.hasFailed && hadAnswered ? new Unanswered("unknown", error) : error;
}

function cancel(stream: ClientHttp2Stream, error?: Fault): void {
  stream.close(CANCEL);
  stream.destroy(error);
}

function leaveBody(session: Session, stream: ClientHttp2Stream, error?: Fault): void {
  // Silence in the middle of an answer: the connection may be dead.
  if (error !== undefined) session.retire();
  cancel(stream, error);
}

/** Where the connection ends, or the server cancels a stream, Node ends the body as if it were complete. */
async function checkEnd(stream: ClientHttp2Stream): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once("close", resolve));
  if (stream.rstCode !== NO_ERROR) throw resetError();
}
