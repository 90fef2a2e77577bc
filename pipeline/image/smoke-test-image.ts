import type { SmokeRequest } from '#bakery/model';
import type { Announce } from '../announce.ts';
import { monotonicNow, poll } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readFirstEnvironment } from '../environments/read-environments.ts';
import { SmokeTestFailedError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { readConsole, tailOf } from '../machine/console.ts';
import type { Evidence, Image, Release } from '../model.ts';
import { recordRelease } from '../release/release-record.ts';
import { PREVIEW_HEADER } from '../traffic/preview-rule.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { explainFailure } from './explain-failure.ts';
import { launchSmokeMachine, readInstance, removeSmokeMachine } from './smoke-machine.ts';
import type { SmokeMachine, SmokeMachineDeps } from './smoke-machine.ts';

const ANSWER_WITHIN_SECONDS = 10;
const TAIL_LINES = 40;

export interface SmokeTestImageInput {
  readonly release: Release;
  readonly image: Image;
}

export interface SmokeTestImageDeps extends Omit<SmokeMachineDeps, 'onLaunched'> {
  readonly documents: DocumentStore;
  readonly announce: Announce;
  readonly log: Logger;
  readonly fetch: typeof globalThis.fetch;
}

/** Waits for the first passed health check. @throws SmokeTestFailedError, which says what the machine did instead */
const waitUntilHealthy = async (
  machine: SmokeMachine,
  image: Image,
  deps: SmokeTestImageDeps,
): Promise<number> => {
  const seconds = (): number => (deps.clock.now().getTime() - machine.launchedAt.getTime()) / 1000;
  let health = 'not checked yet';
  let state = 'running';
  const healthy = await poll(
    deps.clock,
    { intervalMilliseconds: 250, timeoutMilliseconds: image.startSeconds * 1000 },
    async () => {
      const [target] = await readTargetHealth(machine.targetGroupArn, deps.balancing);
      health = `${target?.TargetHealth?.State ?? 'unknown'}, ${target?.TargetHealth?.Description ?? 'no description'}`;
      if (target?.TargetHealth?.State === 'healthy') return true;
      state = (await readInstance(machine.instanceId, deps.ec2))?.State?.Name ?? 'unknown';
      return state === 'running' ? undefined : false;
    },
  );
  if (healthy === true) return seconds();
  const console = await readConsole(machine.instanceId, deps.ec2);
  const { port, healthPath } = image;
  throw new SmokeTestFailedError(
    image.imageId,
    explainFailure({ state, console, port, healthPath, health, seconds: seconds() }),
  );
};

const request = async (
  smoke: SmokeRequest,
  machine: SmokeMachine,
  image: Image,
  { url }: DeployedEnvironment,
  deps: SmokeTestImageDeps,
): Promise<Evidence['requests'][number]> => {
  const started = monotonicNow(deps.clock);
  const answer = await deps
    .fetch(new URL(smoke.path, url), {
      headers: { [PREVIEW_HEADER]: machine.preview },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_SECONDS * 1000),
    })
    .catch((error: unknown) => String(error));
  const status = typeof answer === 'string' ? answer : answer.status;
  // The body is not looked at, and a large one must not hold the test up.
  if (typeof answer !== 'string') await answer.body?.cancel();
  if (status !== smoke.status) {
    const tail = tailOf(await readConsole(machine.instanceId, deps.ec2), 12);
    throw new SmokeTestFailedError(
      image.imageId,
      `GET ${smoke.path} answered ${status}, expected ${smoke.status} within ${ANSWER_WITHIN_SECONDS} s\nconsole:\n${tail}`,
    );
  }
  return { path: smoke.path, status: smoke.status, milliseconds: monotonicNow(deps.clock) - started };
};

const tryMachine = async (
  machine: SmokeMachine,
  image: Image,
  environment: DeployedEnvironment,
  deps: SmokeTestImageDeps,
): Promise<Evidence> => {
  const bootSeconds = await waitUntilHealthy(machine, image, deps);
  const requests: Evidence['requests'][number][] = [];
  for (const smoke of [{ path: image.healthPath, status: 200 }, ...image.smokeRequests]) {
    requests.push(await request(smoke, machine, image, environment, deps));
  }
  const consoleTail = tailOf(await readConsole(machine.instanceId, deps.ec2), TAIL_LINES);
  return { digest: image.digest, instanceId: machine.instanceId, bootSeconds, requests, consoleTail };
};

const tryImage = async (
  release: Release,
  image: Image,
  environment: DeployedEnvironment,
  deps: SmokeTestImageDeps & SmokeMachineDeps,
): Promise<Evidence> => {
  const machine = await launchSmokeMachine(release, image, environment, deps);
  return tryMachine(machine, image, environment, deps);
};

/**
 * Boots one machine of the image as the first environment would, without any production traffic, and tries it: health first, then the app's own smoke
 * requests. The machine always goes away again.
 * @throws SmokeTestFailedError for an image that is not fit to serve, MachineUnavailableError when none could be tried
 */
export const smokeTestImage = async (
  input: SmokeTestImageInput,
  deps: SmokeTestImageDeps,
): Promise<{ readonly evidence: Evidence }> => {
  const { release, image } = input;
  const environment = await readFirstEnvironment(deps.documents);
  const instanceIds: string[] = [];
  const removal = { ...deps, listenerArns: [environment.listenerArn] };
  const evidence = await tryImage(release, image, environment, {
    ...deps,
    onLaunched: (instanceId) => instanceIds.push(instanceId),
  }).catch(async (error: unknown) => {
    // Why the image failed matters more than a removal that failed too: RejectRelease removes by tag what is left.
    await removeSmokeMachine(release, instanceIds, removal).catch((failure: unknown) => {
      deps.log.warn('smoke machine not removed', { releaseId: release.releaseId, error: String(failure) });
    });
    throw error;
  });
  await removeSmokeMachine(release, instanceIds, removal);
  await recordRelease(release, { status: 'tested', evidence }, deps);
  deps.log.info('smoke test passed', { releaseId: release.releaseId, bootSeconds: evidence.bootSeconds });
  await deps.announce('release.tested', { ...release, bootSeconds: evidence.bootSeconds });
  return { evidence };
};
