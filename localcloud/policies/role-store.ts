import type { Collection, Store } from '../store.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';

/** A tag as the APIs write it. */
export interface StoredTag {
  readonly Key: string;
  readonly Value: string;
}

/** A role with its policies. Times in milliseconds since the epoch. */
export interface StoredRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AROA...`. */
  readonly id: string;
  readonly created: number;
  /** The trust policy's text. */
  readonly trust: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
  readonly boundary?: string;
  readonly tags: readonly StoredTag[];
  /** Inline policies: name to text. */
  readonly inline: Readonly<Record<string, string>>;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
}

/** A customer-managed policy. */
export interface StoredPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `ANPA...`. */
  readonly id: string;
  readonly created: number;
  readonly updated: number;
  readonly description?: string;
  readonly tags: readonly StoredTag[];
  readonly versions: readonly { readonly id: string; readonly document: string; readonly created: number }[];
  readonly defaultVersion: string;
}

/** An instance profile: at most one role. */
export interface StoredInstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AIPA...`. */
  readonly id: string;
  readonly created: number;
  readonly roles: readonly string[];
  readonly tags: readonly StoredTag[];
}

/** What IAM keeps; STS and the permission checks read it too. */
export interface RoleStore {
  readonly roles: Collection<StoredRole>;
  /** By ARN; AWS's own policies are not stored. */
  readonly policies: Collection<StoredPolicy>;
  readonly instanceProfiles: Collection<StoredInstanceProfile>;
  /** Which actions a role has used: `<role>\n<action>`. */
  readonly usedActions: Collection<{ readonly role: string; readonly action: string }>;
  /** Names and texts of all policies that apply to a role. */
  policiesOf(role: StoredRole): readonly { readonly name: string; readonly document: string }[];
}

/** The role's name out of its ARN, whatever its path. */
export const roleNameOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

/** Opens what IAM keeps. */
export const openRoleStore = (store: Store): RoleStore => {
  const policies = store.collection<StoredPolicy>('iam.policy');
  const documentOf = (arn: string): string | undefined => {
    const stored = policies.get(arn);
    const version = stored?.versions.find(({ id }) => id === stored.defaultVersion);
    return version?.document ?? awsManagedPolicy(arn)?.document;
  };
  return {
    roles: store.collection('iam.role'),
    policies,
    instanceProfiles: store.collection('iam.instance-profile'),
    usedActions: store.collection('iam.used-action'),
    policiesOf: ({ inline, attached }) => [
      ...Object.entries(inline).map(([name, document]) => ({ name, document })),
      ...attached.flatMap((arn) => {
        const document = documentOf(arn);
        return document === undefined ? [] : [{ name: arn, document }];
      }),
    ],
  };
};
