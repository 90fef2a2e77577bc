import type { ParameterTier, ParameterType } from '@aws-sdk/client-ssm';
import type * as SSM from '@aws-sdk/client-ssm';
import type { CloudContext } from '../../cloud-context.ts';
import type { OperationsOf } from '../../service.ts';
import type { Collection } from '../../store.ts';
import { parameterNotFound } from './errors.ts';

type Operations = OperationsOf<typeof SSM>;

/** What an operation of Systems Manager is given, by its name. */
export type Input<Name extends keyof Operations> = Parameters<Operations[Name]>[0];

/** What an operation of Systems Manager answers, by its name. */
export type Output<Name extends keyof Operations> = Awaited<ReturnType<Operations[Name]>>;

/** One version of a parameter's value. */
export interface StoredVersion {
  readonly version: number;
  /** Also of a SecureString as it came: nothing is encrypted on the disk of the local cloud. */
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** A parameter with the versions that are kept. */
export interface StoredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly description?: string;
  readonly keyId?: string;
  readonly allowedPattern?: string;
  readonly modifiedBy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Oldest first, never empty. */
  readonly versions: readonly StoredVersion[];
}

/** What every operation works on. */
export interface ParameterStore {
  readonly context: CloudContext;
  readonly parameters: Collection<StoredParameter>;
  arnOf(name: string): string;
  /** The parameter a request names, by name or ARN, without selector; throws ParameterNotFound. */
  need(name: string | undefined): StoredParameter;
}

/** The name, also where a request gives the ARN. */
export const nameIn = (reference: string): string => {
  if (!reference.startsWith('arn:')) return reference;
  const path = reference.slice(reference.indexOf(':parameter/') + ':parameter'.length);
  // The ARN of `name` and of `/name` is the same; only names with more levels must begin with a slash.
  return path.indexOf('/', 1) === -1 ? path.slice(1) : path;
};

/** Cuts `name:3` into name and version; in an ARN, colons before the last slash are its own. */
export const splitSelector = (reference: string): { readonly base: string; readonly selector?: string } => {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? { base: reference.slice(0, colon), selector: reference.slice(colon + 1) }
    : { base: reference };
};

/** Opens the account's parameters. */
export const openParameterStore = (context: CloudContext): ParameterStore => {
  const parameters = context.store.collection<StoredParameter>('ssm.parameter');
  const prefix = `arn:aws:ssm:${context.region}:${context.accountId}:parameter`;
  return {
    context,
    parameters,
    arnOf: (name) => prefix + (name.startsWith('/') ? name : `/${name}`),
    need: (reference = '') => {
      const parameter = parameters.get(nameIn(reference));
      if (parameter === undefined) throw parameterNotFound(reference);
      return parameter;
    },
  };
};

/** The newest version of a parameter. */
export const newest = ({ name, versions }: StoredParameter): StoredVersion => {
  const version = versions.at(-1);
  if (version === undefined) throw new Error(`parameter '${name}' is stored without a version`);
  return version;
};
