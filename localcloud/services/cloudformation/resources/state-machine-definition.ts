import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Json } from '../model.ts';
import type { ResourceScope } from '../resource-type.ts';

/** The properties of a state machine that say what it does. */
export interface DefinitionProperties {
  readonly DefinitionString?: string;
  readonly Definition?: Json;
  readonly DefinitionS3Location?: {
    readonly Bucket: string;
    readonly Key: string;
    readonly Version?: string;
  };
  readonly DefinitionSubstitutions?: Readonly<Record<string, string>>;
}

const substitute = (definition: string, substitutions: Readonly<Record<string, string>>): string =>
  definition.replace(/\$\{([\w.-]+)\}/g, (whole, name: string) => substitutions[name] ?? whole);

/** Substitutes in every text of an object: a value with quotes in it cannot break the JSON. */
const substituteDeep = (value: unknown, substitutions: Readonly<Record<string, string>>): unknown => {
  if (typeof value === 'string') return substitute(value, substitutions);
  if (Array.isArray(value)) return value.map((item) => substituteDeep(item, substitutions));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, substituteDeep(member, substitutions)]),
  );
};

const fetchDefinition = async (
  { Bucket, Key, Version }: NonNullable<DefinitionProperties['DefinitionS3Location']>,
  { peers, call }: ResourceScope,
): Promise<string> => {
  const { Body } = await peers.s3.GetObject(
    { Bucket, Key, ...(Version === undefined ? {} : { VersionId: Version }) },
    call,
  );
  if (Body === undefined) return '';
  return Body instanceof Readable ? text(Body) : Buffer.from(Body).toString('utf8');
};

/** A state machine's definition as text, with `${Name}` replaced as `DefinitionSubstitutions` says. */
export const stateMachineDefinition = async (
  properties: DefinitionProperties,
  scope: ResourceScope,
): Promise<string> => {
  const { Definition, DefinitionString, DefinitionS3Location, DefinitionSubstitutions = {} } = properties;
  if (Definition !== undefined) return JSON.stringify(substituteDeep(Definition, DefinitionSubstitutions));
  if (DefinitionS3Location !== undefined) {
    return substitute(await fetchDefinition(DefinitionS3Location, scope), DefinitionSubstitutions);
  }
  if (DefinitionString !== undefined) return substitute(DefinitionString, DefinitionSubstitutions);
  throw new Error('one of Definition, DefinitionString and DefinitionS3Location is needed');
};
