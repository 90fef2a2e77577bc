import type { ChaosKill } from '#pipeline/chaos/chaos-record';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { Deployment, EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { callerArn } from '../caller.ts';
import type { CommandContext } from '../command-context.ts';
import { onInterrupt } from '../interrupt.ts';
import { startExecution } from '../rollouts/start-execution.ts';
import { UserError } from '../user-error.ts';
import { sendLoad, tryOnce } from './send-load.ts';
import type { FailedRequest, Load, LoadTarget } from './send-load.ts';
import { watchDrill } from './watch-drill.ts';

/** A machine to be killed on somebody's word. */
export interface DrillWish {
  readonly app: string;
  readonly environment: DeployedEnvironment;
  /** A zone's name or its last letters. */
  readonly zone?: string;
  /** All machines of the zone. */
  readonly wholeZone: boolean;
  /** Requests a second meanwhile; 0: none. */
  readonly perSecond: number;
}

/** What a drill showed. */
export interface DrillReport {
  readonly app: string;
  readonly environment: string;
  readonly killed: readonly Pick<ChaosKill, 'instanceId' | 'zone'>[];
  /** From the kill until all machines of the group were healthy; absent when another release took over. */
  readonly recoverySeconds?: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly FailedRequest[];
}

const readCurrent = async (
  { app, environment }: DrillWish,
  { documents }: CommandContext,
): Promise<Deployment> => {
  const record = await documents.read<EnvironmentRecord>(environmentKey(environment.name, app));
  if (record?.current !== undefined) return record.current;
  throw new UserError(
    `nothing of '${app}' serves in '${environment.name}'`,
    `kiln rollout status --env ${environment.name}`,
  );
};

const loadTarget = async (
  { app, environment, perSecond }: DrillWish,
  { releaseId }: Deployment,
  { documents }: CommandContext,
): Promise<LoadTarget> => {
  const release = await documents.read<ReleaseRecord>(releaseKey({ app, releaseId }));
  const url = new URL(release?.image?.healthPath ?? '/', environment.url);
  // The first app of an environment answers on every host, the others on those that start with their name.
  return { url: url.href, host: `${app}.${url.host}`, perSecond };
};

/** @throws UserError when the app does not answer even now: what the drill would show would not be its doing */
const startLoad = async (wish: DrillWish, target: LoadTarget): Promise<Load | undefined> => {
  if (wish.perSecond === 0) return undefined;
  const problem = await tryOnce(target);
  if (problem === undefined) return sendLoad(target);
  throw new UserError(
    `'${wish.app}' does not answer at ${target.url} before the drill: ${problem}`,
    `kiln rollout status ${wish.app} --env ${wish.environment.name}, or --rate 0 to send no requests`,
  );
};

/** Kills a machine under load and waits until its group is whole again. @throws UserError when it is refused or fails */
export const runDrill = async (wish: DrillWish, context: CommandContext): Promise<DrillReport> => {
  const { app, environment, zone, wholeZone } = wish;
  const current = await readCurrent(wish, context);
  const by = await callerArn(context.connection);
  const signal = onInterrupt();
  const load = await startLoad(wish, await loadTarget(wish, current, context));
  try {
    const executionArn = await startExecution(
      {
        stateMachineArn: context.stack.killStateMachineArn,
        kind: 'drill',
        input: {
          app,
          environment: environment.name,
          trigger: 'drill',
          by,
          ...(zone === undefined ? {} : { zone }),
          ...(wholeZone ? { machines: 'zone' } : {}),
        },
      },
      context.connection,
    );
    const seen = () => load?.report();
    const drill = { executionArn, app, environment: environment.name, current };
    const kills = await watchDrill(drill, { ...context, signal, seen });
    const { requests = 0, failed = 0, failures = [] } = (await load?.stop()) ?? {};
    const recoverySeconds = kills[0]?.recoverySeconds;
    return {
      app,
      environment: environment.name,
      killed: kills.map(({ instanceId, zone: of }) => ({ instanceId, zone: of })),
      ...(recoverySeconds === undefined ? {} : { recoverySeconds }),
      requests,
      failed,
      failures,
    };
  } finally {
    await load?.stop();
    if (signal.aborted)
      context.output.line(`what was killed is replaced: kiln chaos history --env ${environment.name}`);
  }
};
