import type { Lifecycle } from '../../service.ts';
import { inBackground } from './deps.ts';
import type { Ec2Deps } from './deps.ts';
import { finishPending } from './image-state.ts';
import { ensureDefaultGroup } from './security-groups.ts';
import { forgetTags } from './tags.ts';

const SWEEP_MILLISECONDS = 60_000;

/** Takes instances off the list that were terminated about an hour ago. */
export const forgetTerminated = async (deps: Ec2Deps): Promise<void> => {
  const before = deps.context.clock.now() - deps.options.terminatedListedMilliseconds;
  for (const { instanceId, volumeId, terminatedAt } of deps.instances.list()) {
    if (terminatedAt === undefined || terminatedAt > before) continue;
    deps.context.store.transaction(() => {
      deps.instances.delete(instanceId);
      forgetTags(deps, instanceId);
      forgetTags(deps, volumeId);
    });
    await deps.machines.forget(instanceId);
  }
};

/** Continues what was going on when the process ended: machines come back, half-done shut-downs are finished. */
const resume = (deps: Ec2Deps): void => {
  for (const { instanceId, state } of deps.instances.list()) {
    if (state === 'pending' || state === 'running') deps.machines.boot(instanceId, 'direct');
    if (state === 'shutting-down') deps.machines.shutDown(instanceId, 'terminated');
    if (state === 'stopping') deps.machines.shutDown(instanceId, 'stopped');
  }
  for (const { imageId, state } of deps.images.list()) {
    if (state === 'pending') finishPending(deps, imageId);
  }
};

/** Brings the machines back at start and ends them at stop. */
export const createLifecycle = (deps: Ec2Deps): Lifecycle => {
  const stopping = new AbortController();
  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await forgetTerminated(deps);
      await deps.context.clock.delay(SWEEP_MILLISECONDS, stopping.signal);
    }
  };
  return {
    start: async () => {
      ensureDefaultGroup(deps);
      await deps.machines.cleanUp();
      inBackground(deps, 'preparation of the hypervisor', deps.hypervisor.prepare());
      resume(deps);
      sweep().catch((error: unknown) => {
        if (!stopping.signal.aborted) {
          deps.context.log('error', 'sweep of terminated instances ended', { error: String(error) });
        }
      });
    },
    stop: async () => {
      stopping.abort();
      await deps.machines.killAll();
      await Promise.all(deps.background);
    },
  };
};
