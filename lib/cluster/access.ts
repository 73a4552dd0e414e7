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
}

/** Makes what a request carries to prove who asks. */
export interface Credentials {
  /** Headers to add, and, for exec plugins that answer with one, a client certificate. Cached until shortly before its end. */
  current(signal: AbortSignal): Promise<Proof>;
  /** Called after a 401, once a request: forgets what is cached. False where a new proof could not be any different. */
  renew(): boolean;
}

export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly cert?: string;
  readonly key?: string;
}
