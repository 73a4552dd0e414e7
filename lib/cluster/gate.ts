/** Lets so many in at once; the others wait in the order in which they came. */
export interface Gate {
  /** Answers with what is to be called at the end, once or more often. Throws the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function openGate(most: number): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();

  function pass(): () => void {
    inside += 1;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      inside -= 1;
      const [next] = waiting;
      next?.();
    };
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside < most) return pass();
      return new Promise((resolve, reject) => {
        const come = () => {
          leave();
          resolve(pass());
        };
        const giveUp = () => {
          leave();
          reject(signal.reason);
        };
        const leave = () => {
          waiting.delete(come);
          signal.removeEventListener("abort", giveUp);
        };
        waiting.add(come);
        signal.addEventListener("abort", giveUp);
      });
    },
  };
}
