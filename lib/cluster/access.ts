/** How to reach one API server and how to prove who asks. Resolved: it holds secrets and is never logged. */
export interface ClusterAccess {
  readonly name: string;
  /** Base URL, `https://host:port` with an optional path. */
  readonly server: string;
  readonly tls: {
    /** PEM. Where absent, the system's authorities are trusted. */
    readonly ca?: string;
    /** PEM, client certificate and its key. */
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
    /** Only ever what a kubeconfig says in so many words (`insecure-skip-tls-verify`). */
    readonly insecure?: boolean;
  };
  readonly credentials: Credentials;
  /** Address of an HTTP proxy, `http(s)://user:password@host:port`: a secret. Where absent, the way is direct. */
  readonly proxy?: string;
  readonly timeouts?: Partial<Timeouts>;
  /** `false`: HTTP/1.1 alone, also where the server speaks HTTP/2. */
  readonly http2?: boolean;
}

/** Limits of one exchange, in milliseconds. */
export interface Timeouts {
  /** Name, TCP and TLS together; with a proxy all of the way to it and through it. */
  readonly connectMs: number;
  /** From the connection to the first line of the answer. */
  readonly headersMs: number;
  /** Silence within the body. */
  readonly idleMs: number;
}

/** Makes what a request carries to prove who asks. */
export interface Credentials {
  /** Headers to add, a way to sign, and, for exec plugins that answer with one, a client certificate. Cached until shortly before its end. */
  current(signal: AbortSignal): Promise<Proof>;
  /** Called after a 401, once a request, with the proof that was refused: forgets it. False where a new proof could not be any different. */
  renew(refused?: Proof): boolean;
}

export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly cert?: string;
  readonly key?: string;
  /** Headers to add to this one request, made anew each time that it is sent. */
  readonly sign?: (request: Unsigned) => Readonly<Record<string, string>>;
  /** What no error may show, beside the headers' values. */
  readonly hidden?: readonly string[];
}

/** What a signature is over. */
export interface Unsigned {
  readonly method: string;
  /** As the Host header says it. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}
