import type * as IAM from '@aws-sdk/client-iam';
import type { CloudContext } from '../../cloud-context.ts';
import type { Authoriser } from '../../policies/authoriser.ts';
import { PolicyDocumentError } from '../../policies/policy-document.ts';
import type { RoleStore, StoredRole, StoredTag } from '../../policies/role-store.ts';
import type { OperationsOf } from '../../service.ts';
import { malformedPolicyDocument, noSuchEntity, validationError } from './errors.ts';

type Operations = OperationsOf<typeof IAM>;

/** What an operation of IAM is given, by its name. */
export type Input<Name extends keyof Operations> = Parameters<Operations[Name]>[0];

/** What an operation of IAM answers, by its name. */
export type Output<Name extends keyof Operations> = Awaited<ReturnType<Operations[Name]>>;

/** What every operation of IAM works on. */
export interface IdentityManagement {
  readonly context: CloudContext;
  readonly store: RoleStore;
  readonly authoriser: Authoriser;
}

/** The role with this name; throws NoSuchEntity. */
export const needRole = ({ store }: IdentityManagement, name = ''): StoredRole => {
  const role = store.roles.get(name);
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
};

/** Stores a changed role; the next check reads it anew. */
export const putRole = ({ store, authoriser }: IdentityManagement, role: StoredRole): void => {
  store.roles.put(role.name, role);
  authoriser.forget(role.name);
};

/** Runs a parser of policies; what it refuses becomes MalformedPolicyDocument. */
export const checkPolicy = (parse: (text: string) => unknown, text: string): void => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PolicyDocumentError) throw malformedPolicyDocument(error.message);
    throw error;
  }
};

/** Returns the name, or throws ValidationError (`[\w+=,.@-]`, at most `longest` characters). */
export const checkedName = (name: string | undefined, member: string, longest: number): string => {
  if (name !== undefined && /^[\w+=,.@-]+$/.test(name) && name.length <= longest) return name;
  const constraint =
    (name ?? '').length > longest
      ? `Member must have length less than or equal to ${longest}`
      : String.raw`Member must satisfy regular expression pattern: [\w+=,.@-]+`;
  throw validationError(
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
};

/** Returns the path, `/` unless told, or throws ValidationError. */
export const checkedPath = (path = '/'): string => {
  if (/^(\/|\/[\x21-\x7e]+\/)$/.test(path) && path.length <= 512) return path;
  throw validationError(
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  );
};

/** Tags as they are stored. */
export const storedTags = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): readonly StoredTag[] => tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));

/** The old tags with the new ones over them. */
export const mergeTags = (old: readonly StoredTag[], added: readonly StoredTag[]): readonly StoredTag[] => {
  const merged = new Map([...old, ...added].map((tag) => [tag.Key, tag]));
  return [...merged.values()];
};

/** IAM answers policies URL-encoded (RFC 3986). */
export const encodeDocument = (document: string): string =>
  encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** One page of a list; `Marker` is the position where the next begins. */
export const paginate = <T>(
  all: readonly T[],
  input: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
): { readonly page: T[]; readonly IsTruncated: boolean; readonly Marker?: string } => {
  const start = input.Marker === undefined ? 0 : Number(Buffer.from(input.Marker, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw validationError('Invalid Marker.');
  const end = start + (input.MaxItems ?? 100);
  return {
    page: all.slice(start, end),
    IsTruncated: end < all.length,
    ...(end < all.length ? { Marker: Buffer.from(String(end)).toString('base64url') } : {}),
  };
};
