import type { DocumentStore } from '../documents/document-store.ts';
import { EnvironmentOffError, EnvironmentOffRefusedError } from '../errors.ts';
import type { Environment } from './environment.ts';

/** What an environment is wished to be: `kiln/switches/<environment>.json`. */
export interface EnvironmentSwitch {
  readonly environment: string;
  readonly to: 'off' | 'on';
  /** Who wished it: a person's ARN, or `schedule`. */
  readonly by: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Where the wish for an environment stands in the bucket. */
export const switchKey = (environment: string): string => `kiln/switches/${environment}.json`;

/** The wish, when it is that the environment be off; undefined for one that is on. */
export const readSwitchedOff = async (
  environment: string,
  documents: Pick<DocumentStore, 'read'>,
): Promise<EnvironmentSwitch | undefined> => {
  const wish = await documents.read<EnvironmentSwitch>(switchKey(environment));
  return wish?.to === 'off' ? wish : undefined;
};

/** Whether the environment is wished to be off. */
export const isSwitchedOff = async (
  environment: string,
  documents: Pick<DocumentStore, 'read'>,
): Promise<boolean> => (await readSwitchedOff(environment, documents)) !== undefined;

/**
 * Lets nothing into an environment that is off. To be asked once the lease is taken: a switch that comes later sees the
 * lease and leaves the app alone until its rollout ends.
 * @throws EnvironmentOffError to be called again, EnvironmentOffRefusedError, as `whileOff` says
 */
export const refuseWhileOff = async (
  { name, whileOff }: Pick<Environment, 'name' | 'whileOff'>,
  documents: Pick<DocumentStore, 'read'>,
): Promise<void> => {
  const wish = await readSwitchedOff(name, documents);
  if (wish === undefined) return;
  throw whileOff === 'wait'
    ? new EnvironmentOffError(name, wish.by, wish.since)
    : new EnvironmentOffRefusedError(name, wish.by, wish.since);
};
