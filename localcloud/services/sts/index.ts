import * as STS from '@aws-sdk/client-sts';
import type { CloudContext } from '../../cloud-context.ts';
import { openCredentialStore } from '../../policies/credential-store.ts';
import { openRoleStore } from '../../policies/role-store.ts';
import { defineService, type Service } from '../../service.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { getSessionToken } from './session-token.ts';

/** AWS Security Token Service. */
export const createSts = (context: CloudContext): Service => {
  const store = openRoleStore(context.store);
  const credentials = openCredentialStore(context);
  return defineService(STS, {
    name: 'sts',
    signingName: 'sts',
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  })(
    {
      AssumeRole: (input, call) => assumeRole(context, store, credentials, input, call),
      GetCallerIdentity: (_, call) => getCallerIdentity(store, call),
      GetSessionToken: (input, call) => getSessionToken(credentials, input, call),
    },
    { resources: { AssumeRole: ({ RoleArn = '*' }) => [RoleArn] } },
  );
};
