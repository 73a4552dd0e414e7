/** How long a post that is under way may go on after Ctrl-C. */
const GRACE_MS = 600;

/** Ctrl-C or SIGTERM: `stop` at once, `cut` after a moment's grace. A second Ctrl-C ends the process where it stands. */
export function onInterrupt(): { readonly stop: AbortSignal; readonly cut: AbortSignal; end(): void } {
  const stop = new AbortController();
  const cut = new AbortController();
  const end = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    setTimeout(() => cut.abort(), GRACE_MS).unref();
  };
  const interrupt = () => (stop.signal.aborted ? process.exit(130) : end());
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return { stop: stop.signal, cut: cut.signal, end };
}
