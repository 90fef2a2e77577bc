import { UserError } from '../user-error.ts';
import type { ShownApproval } from './read-approvals.ts';

/** Which of the pending approvals of an app is meant. */
export interface WantedApproval {
  readonly app: string;
  readonly environment?: string | undefined;
  /** A version or a release id. */
  readonly release?: string | undefined;
}

const matches = (approval: ShownApproval, { app, environment, release }: WantedApproval): boolean =>
  approval.app === app &&
  (environment === undefined || approval.environment === environment) &&
  (release === undefined || [approval.version, approval.releaseId].includes(release));

const describe = ({ app, environment, release }: WantedApproval): string =>
  [app, release, environment === undefined ? undefined : `in ${environment}`]
    .filter((part) => part !== undefined)
    .join(' ');

const asOptions = ({ environment, version }: ShownApproval): string =>
  `--env ${environment} --release ${version}`;

/** The one approval that is meant. @throws UserError when none waits, or several do and nothing says which */
export const chooseApproval = (
  pending: readonly ShownApproval[],
  wanted: WantedApproval,
  verb: 'approve' | 'reject',
): ShownApproval => {
  const [first, ...others] = pending.filter((approval) => matches(approval, wanted));
  if (first === undefined) {
    throw new UserError(`nothing of '${describe(wanted)}' awaits approval`, 'kiln approvals --all');
  }
  if (others.length > 0) {
    const all = [first, ...others].map((approval) => `${approval.version} in ${approval.environment}`);
    throw new UserError(
      `several releases of '${wanted.app}' await approval: ${all.join(', ')}`,
      `kiln ${verb} ${wanted.app} ${asOptions(first)}`,
    );
  }
  return first;
};
