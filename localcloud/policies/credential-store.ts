import type { CloudContext } from '../cloud-context.ts';
import type { Caller, CredentialStore, IssuedCredentials } from '../identity.ts';
import { roleNameOf } from './role-store.ts';
import { uniqueId } from './unique-id.ts';

/** The credential store, which can also issue for a caller as it is (GetSessionToken). */
export interface DurableCredentialStore extends CredentialStore {
  issueForCaller(caller: Caller, lifetimeSeconds: number): IssuedCredentials;
}

const defaultLifetimeSeconds = 3600;
// Expired credentials are kept this long, so that their use is told as expired and not as unknown.
const rememberMilliseconds = 24 * 3600 * 1000;
const issuesBetweenCleaning = 200;

/** Temporary credentials on disk: a machine that got its keys before a restart goes on working. */
export const openCredentialStore = ({
  accountId,
  clock,
  random,
  store,
}: Pick<CloudContext, 'accountId' | 'clock' | 'random' | 'store'>): DurableCredentialStore => {
  const stored = store.collection<IssuedCredentials>('sts.credentials');
  const known = new Map<string, IssuedCredentials>();
  let issued = 0;

  const clean = (): void => {
    const limit = clock.now() - rememberMilliseconds;
    for (const { accessKeyId, expiresAt = Infinity } of stored.list()) {
      if (expiresAt > limit) continue;
      stored.delete(accessKeyId);
      known.delete(accessKeyId);
    }
  };

  const issueForCaller = (caller: Caller, lifetimeSeconds: number): IssuedCredentials => {
    if (issued % issuesBetweenCleaning === 0) clean();
    issued += 1;
    const credentials: IssuedCredentials = {
      accessKeyId: uniqueId(random, 'ASIA', 20),
      secretAccessKey: Buffer.from(random.hex(60), 'hex').toString('base64'),
      sessionToken: Buffer.from(random.hex(256), 'hex').toString('base64'),
      expiresAt: clock.now() + 1000 * lifetimeSeconds,
      caller,
    };
    stored.put(credentials.accessKeyId, credentials);
    known.set(credentials.accessKeyId, credentials);
    return credentials;
  };

  return {
    issueForCaller,
    issueForRole: (roleArn, sessionName, lifetimeSeconds = defaultLifetimeSeconds) => {
      const roleName = roleNameOf(roleArn);
      const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
      return issueForCaller({ kind: 'role', arn, accountId, roleName }, lifetimeSeconds);
    },
    find: (accessKeyId) => {
      const credentials = known.get(accessKeyId) ?? stored.get(accessKeyId);
      if (credentials !== undefined) known.set(accessKeyId, credentials);
      return credentials;
    },
  };
};
