import type { Reference } from "./model.ts";
import type { Check } from "./values.ts";

/** A key whose value is a reference, or a list of them. */
export interface Field {
  /** What the file calls it. */
  readonly key: string;
  readonly check: Check;
  /** Whether it must not stand in the file itself. */
  readonly secret: boolean;
}

/** The fields of something, under their names in the model. */
export type Fields = Readonly<Record<string, Field>>;

/** A field for each name in `Holder` whose value is a reference or a list of them: none can be forgotten. */
export type FieldsOf<Holder> = {
  readonly [Name in keyof Holder as Holder[Name] extends Reference | readonly Reference[] | undefined
    ? Name
    : never]-?: Field;
};

/** A reference that something holds. */
export interface HeldReference extends Field {
  readonly reference: Reference;
}

/** The value of a reference, once it passed the check. */
export type Read = (key: string, reference: Reference, check: Check) => Promise<string>;

export function plain(key: string, check: Check): Field {
  return { key, check, secret: false };
}

export function secret(key: string, check: Check): Field {
  return { key, check, secret: true };
}

/** The references that stand in the fields of a holder. */
export function referencesIn(holder: object, fields: Fields): readonly HeldReference[] {
  return held(holder, fields).flatMap(([, field, value]) =>
    [value].flat().map((reference) => ({ ...field, reference: reference as Reference })),
  );
}

/** The holder with what was read in the place of every reference. */
export async function resolveIn(holder: object, fields: Fields, read: Read): Promise<object> {
  const values = await Promise.all(
    held(holder, fields).map(async ([name, { key, check }, value]) => {
      const one = (reference: Reference) => read(key, reference, check);
      return [name, isList(value) ? await Promise.all(value.map(one)) : await one(value)] as const;
    }),
  );
  return { ...holder, ...Object.fromEntries(values) };
}

type Value = Reference | readonly Reference[];

function held(holder: object, fields: Fields): readonly (readonly [name: string, field: Field, value: Value])[] {
  const values = new Map<string, Value | undefined>(Object.entries(holder));
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, field, value] as const];
  });
}

function isList(value: Value): value is readonly Reference[] {
  return Array.isArray(value);
}
