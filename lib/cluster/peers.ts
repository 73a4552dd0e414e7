import type { Proof } from "./access.ts";
import type { Target } from "./dial.ts";
import { openPeer, type Peer, type PeerOptions } from "./peer.ts";

/** The connections to one server. One belongs to who proved by certificate who they are when it was made. */
export interface Peers {
  of(proof: Proof): Peer;
  close(): void;
}

interface Proven {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly peer: Peer;
}

export function peersOf(target: Target, options: PeerOptions): Peers {
  let latest: Proven | undefined;
  // What is under way when a certificate is renewed has until the next time to come to its end.
  let former: Proven | undefined;
  return {
    of({ cert, key }) {
      if (latest !== undefined && latest.cert === cert && latest.key === key) return latest.peer;
      const tls = target.tls && cert !== undefined ? { ...target.tls, cert, key } : target.tls;
      former?.peer.close();
      former = latest;
      former?.peer.retire();
      latest = { cert, key, peer: openPeer({ ...target, tls }, options) };
      return latest.peer;
    },
    close() {
      former?.peer.close();
      latest?.peer.close();
    },
  };
}
