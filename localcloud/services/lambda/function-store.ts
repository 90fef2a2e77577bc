import type { CloudContext } from '../../cloud-context.ts';
import type { Collection } from '../../store.ts';
import { functionNotFound } from './errors.ts';
import { functionArn, type FunctionReference } from './names.ts';
import type {
  AliasRecord,
  EventInvokeRecord,
  FunctionRecord,
  InvocationTarget,
  PolicyStatement,
  VersionRecord,
} from './model.ts';
import type { UrlRecord } from './function-urls.ts';

/** Everything stored about functions. Keys are `<name>` or `<name>:<qualifier>`; versions are zero-padded to sort. */
export interface FunctionStore {
  readonly functions: Collection<FunctionRecord>;
  readonly versions: Collection<VersionRecord>;
  readonly aliases: Collection<AliasRecord>;
  readonly policies: Collection<readonly PolicyStatement[]>;
  readonly eventInvokes: Collection<EventInvokeRecord>;
  readonly urls: Collection<UrlRecord>;
  /** The function, or AWS's error. */
  find(reference: FunctionReference): FunctionRecord;
  /** What an invocation of the reference runs, or AWS's error. */
  target(reference: FunctionReference): InvocationTarget;
}

/** The key of a version: zero-padded, so that versions list in order. */
export const versionKey = (name: string, version: string): string => `${name}:${version.padStart(10, '0')}`;

/** Key of what hangs on a function or on one qualifier of it. */
export const qualifiedKey = ({ name, qualifier }: FunctionReference): string =>
  `${name}:${qualifier ?? '$LATEST'}`;

/** Opens the collections of the Lambda service. */
export const openFunctionStore = (context: CloudContext): FunctionStore => {
  const { store } = context;
  const functions = store.collection<FunctionRecord>('lambda.function');
  const versions = store.collection<VersionRecord>('lambda.version');
  const aliases = store.collection<AliasRecord>('lambda.alias');

  const find = (reference: FunctionReference): FunctionRecord => {
    const found = functions.get(reference.name);
    if (found === undefined) throw functionNotFound(functionArn(context, reference));
    return found;
  };

  return {
    functions,
    versions,
    aliases,
    policies: store.collection('lambda.policy'),
    eventInvokes: store.collection('lambda.event-invoke'),
    urls: store.collection('lambda.url'),
    find,
    target: (reference) => {
      const record = find(reference);
      const base = {
        name: record.name,
        invokedArn: functionArn(context, reference),
        ...(record.reservedConcurrency === undefined
          ? {}
          : { reservedConcurrency: record.reservedConcurrency }),
      };
      const { qualifier } = reference;
      if (qualifier === undefined || qualifier === '$LATEST') {
        return { ...record.latest, ...base, version: '$LATEST' };
      }
      const version = aliases.get(`${record.name}:${qualifier}`)?.version ?? qualifier;
      if (version === '$LATEST') return { ...record.latest, ...base, version };
      const published = versions.get(versionKey(record.name, version));
      if (published === undefined) throw functionNotFound(functionArn(context, reference));
      return { ...published, ...base };
    },
  };
};
