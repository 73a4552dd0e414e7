/** A piece of a DynamoDB expression: attributes are written `#name`, values `:name`. */
export interface Piece {
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function piece(text: string, values: Readonly<Record<string, unknown>> = {}): Piece {
  return { text, values };
}

export function allOf(...pieces: readonly Piece[]): Piece {
  return joined(pieces, " AND ");
}

export function anyOf(...pieces: readonly Piece[]): Piece {
  return joined(pieces, " OR ");
}

/** What an update does to a row's attributes: sets, removes, or adds to a number. */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly add?: Readonly<Record<string, number>>;
}

export function changing({ set = {}, remove = [], add = {} }: Change): Piece {
  const sets = Object.keys(set).map((name) => `#${name} = :new_${name}`);
  const removes = remove.map((name) => `#${name}`);
  const adds = Object.keys(add).map((name) => `#${name} :new_${name}`);
  const text = [clause("SET", sets), clause("REMOVE", removes), clause("ADD", adds)].join(" ");
  return piece(text, prefixed(":new_", { ...set, ...add }));
}

function clause(verb: string, actions: readonly string[]): string {
  return actions.length === 0 ? "" : `${verb} ${actions.join(", ")}`;
}

function prefixed(prefix: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

function joined(pieces: readonly Piece[], operator: string): Piece {
  return piece(pieces.map(({ text }) => `(${text})`).join(operator), valuesOf(pieces));
}

type Role = "ConditionExpression" | "UpdateExpression" | "KeyConditionExpression" | "FilterExpression";
type Expressions<R extends Role> = Readonly<Record<R, string>> & {
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
};

/**
 * The expression fields of a request. Every attribute is sent under a placeholder: `order`, `state`, `owner`, `list` and
 * 570 more words are reserved.
 */
export function expressions<R extends Role>(roles: Readonly<Record<R, Piece>>): Expressions<R> {
  const pieces: readonly Piece[] = Object.values(roles);
  const values = valuesOf(pieces);
  const texts = Object.entries<Piece>(roles).map(([role, { text }]) => [role, text]);
  return {
    ...(Object.fromEntries(texts) as Record<R, string>),
    ExpressionAttributeNames: namesIn(pieces.map(({ text }) => text).join(" ")),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function namesIn(text: string): Record<string, string> {
  return Object.fromEntries(text.match(/#\w+/g)?.map((name) => [name, name.slice(1)]) ?? []);
}

function valuesOf(pieces: readonly Piece[]): Record<string, unknown> {
  return Object.assign({}, ...pieces.map(({ values }) => values));
}
