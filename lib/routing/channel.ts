import { matches } from "#jobs/namespaces";

/** What Slack allows in a name. Nothing else comes near a request, whatever a pattern would let through. */
const NAME = /^[\p{L}\p{M}\p{N}_-]{1,80}$/u;
const ID = /^[CDG][A-Z0-9]{7,20}$/;
const IN_CHANNEL = /\/(?:#[^/#]*|[CDG][A-Z0-9]{7,20})$/;

/** The receiver that posts to a channel that a job names, which one of the patterns must allow: `chat/#ml-alerts`, or `chat/C0123456789`. `undefined`: none does, or it is no channel. */
export function inChannel(receiver: string, channel: string, patterns: readonly string[]): string | undefined {
  if (ID.test(channel) && patterns.includes(channel)) return `${receiver}/${channel}`;
  const name = channel.replace(/^#/, "");
  const isAllowed = NAME.test(name) && patterns.some((pattern) => matches(pattern, `#${name}`));
  return isAllowed ? `${receiver}/#${name}` : undefined;
}

/** The name that the configuration gives a receiver, also of one that posts to a channel that a job names. */
export function nameOf(receiver: string): string {
  return receiver.replace(IN_CHANNEL, "");
}
