import type { S3Client } from '@aws-sdk/client-s3';
import type { Announce } from '../announce.ts';
import type { Logger } from '../log.ts';
import { applySwitch } from './apply-switch.ts';
import type { ApplySwitchDeps } from './apply-switch.ts';
import { listApps } from './list-apps.ts';
import { readEnvironment } from './read-environments.ts';
import { switchKey } from './switched-off.ts';
import type { EnvironmentSwitch } from './switched-off.ts';

export interface SwitchEnvironmentInput {
  readonly environment: string;
  readonly to: 'off' | 'on';
  /** Who wishes it: a person's ARN, or `schedule`. */
  readonly by: string;
}

export interface SwitchEnvironmentDeps extends ApplySwitchDeps {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly announce: Announce;
  readonly log: Logger;
}

/** The wish as it is recorded, and what became of each app. */
export interface SwitchedEnvironment extends EnvironmentSwitch {
  /** Apps whose capacity goes to zero, or comes back, now. */
  readonly switched: readonly string[];
  /** Apps in the middle of a rollout, which follow when it ends. */
  readonly later: readonly string[];
}

const recordWish = async (
  input: SwitchEnvironmentInput,
  { documents, clock }: SwitchEnvironmentDeps,
): Promise<{ readonly wish: EnvironmentSwitch; readonly isNew: boolean }> => {
  const since = clock.now().toISOString();
  let isNew = false;
  const wish = await documents.update<EnvironmentSwitch>(switchKey(input.environment), (found) => {
    isNew = (found?.to ?? 'on') !== input.to;
    return isNew ? { ...input, since } : undefined;
  });
  return { wish: wish ?? { ...input, since }, isNew };
};

/**
 * Switches an environment off or on: records the wish, then takes every app's capacity to zero or back. An app in the middle
 * of a rollout follows when it ends. To be repeated freely. @throws Error for an environment that is not configured
 */
export const switchEnvironment = async (
  { environment, to, by }: SwitchEnvironmentInput,
  deps: SwitchEnvironmentDeps,
): Promise<SwitchedEnvironment> => {
  await readEnvironment(environment, deps.documents);
  const { wish, isNew } = await recordWish({ environment, to, by }, deps);
  const switched: string[] = [];
  const later: string[] = [];
  for (const app of await listApps(environment, deps)) {
    const outcome = await applySwitch(app, environment, deps);
    if (outcome === 'switched') switched.push(app);
    if (outcome === 'later') later.push(app);
  }
  deps.log.info('environment switched', { environment, to, by, switched, later });
  if (isNew || switched.length > 0)
    await deps.announce(to === 'off' ? 'environment.off' : 'environment.on', {
      environment,
      by,
      switched,
      later,
    });
  return { ...wish, switched, later };
};
