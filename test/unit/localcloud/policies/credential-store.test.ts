import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openCredentialStore } from '#localcloud/policies/credential-store';
import { type InProcessCloud, openInProcessCloud } from '../services/s3/in-process-cloud.ts';

let cloud: InProcessCloud;
beforeEach(async () => {
  cloud = await openInProcessCloud();
});
afterEach(() => cloud.close());

describe('temporary credentials', () => {
  test('are found again after a restart, with the role whose policies apply', async () => {
    const issued = cloud.context.backplane.credentials.issueForRole(
      'arn:aws:iam::000000000000:role/path/app',
      'i-1',
      900,
    );
    expect(issued.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const again = await cloud.reopen();
    expect(again.context.backplane.credentials.find(issued.accessKeyId)).toEqual(issued);
    await again.close();
    expect(issued.caller).toEqual({
      kind: 'role',
      arn: 'arn:aws:sts::000000000000:assumed-role/app/i-1',
      accountId: '000000000000',
      roleName: 'app',
    });
  });

  test('are forgotten a day after they expired, not before', () => {
    let now = 1_000_000;
    const context = { ...cloud.context, clock: { ...cloud.context.clock, now: () => now } };
    const credentials = openCredentialStore(context);
    const { accessKeyId } = credentials.issueForRole('arn:aws:iam::000000000000:role/app', 's', 900);
    now += 2000 * 1000;
    openCredentialStore(context).issueForRole('arn:aws:iam::000000000000:role/app', 's');
    expect(openCredentialStore(context).find(accessKeyId)?.expiresAt).toBe(1_000_000 + 900_000);
    now += 25 * 3600 * 1000;
    openCredentialStore(context).issueForRole('arn:aws:iam::000000000000:role/app', 's');
    expect(openCredentialStore(context).find(accessKeyId)).toBeUndefined();
  });
});
