import { localAccountId } from './create-context.ts';
import type { Caller, IssuedCredentials } from './identity.ts';

const root: Caller = { kind: 'root', arn: `arn:aws:iam::${localAccountId}:root`, accountId: localAccountId };

/** The account owner's fixed key pair, which everybody may know: the local cloud listens on 127.0.0.1 only. */
export const rootCredentials = { accessKeyId: 'kiln', secretAccessKey: 'kiln' } as const;

/** Root keys that are accepted: our own and `test`/`test`, which other local clouds taught people to use. */
export const findRootCredentials = (accessKeyId: string): IssuedCredentials | undefined =>
  accessKeyId === rootCredentials.accessKeyId || accessKeyId === 'test'
    ? { accessKeyId, secretAccessKey: accessKeyId, caller: root }
    : undefined;
