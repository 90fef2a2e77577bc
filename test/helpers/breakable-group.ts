import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readMachines } from '#cli/machines';
import type { FleetMachine } from '#cli/machines';
import { readEndedMachines } from '#cli/machines/ended-machines';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { readTargetHealth } from '#pipeline/traffic/target-group';
import type { BreakableAnswer } from './breakable-app.ts';
import type { KnownMachines } from './known-machines.ts';
import { poll } from './poll.ts';
import type { RunningKiln } from './start-kiln.ts';

const LONG_MILLISECONDS = 3 * 60_000;

/** Requests that machines have begun to answer and will not finish before they are told to. */
export interface HeldRequests {
  /** How many of them each machine holds. */
  readonly byMachine: ReadonlyMap<string, number>;
  /** Who answered each in the end; undefined: nobody. */
  readonly answeredBy: Promise<readonly (string | undefined)[]>;
}

/** The group in which the breakable app serves in an environment. */
export interface BreakableGroup {
  /** Its machines that run, the oldest first. */
  running(): Promise<readonly FleetMachine[]>;
  targetGroup(): Promise<TargetGroup>;
  target(instanceId: string): Promise<TargetHealthDescription | undefined>;
  healthy(): Promise<readonly string[]>;
  /** Waits until so many machines are healthy, and none of these among them. */
  whole(machines: number, without: readonly string[]): Promise<void>;
  /** Asks the machine itself, not the balancer. */
  ask(instanceId: string, path: string): Promise<BreakableAnswer>;
  /**
   * Sends so many requests through the balancer, and more until every healthy machine has one; resolves once machines hold
   * them all. They may not be sent twice.
   */
  hold(requests: number): Promise<HeldRequests>;
  blackBox(instanceId: string): Promise<EndedMachine>;
  waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
}

/** The serving group of `app` in the first environment, on machines that can be got hold of. */
export const breakableGroup = (
  kiln: RunningKiln,
  machines: KnownMachines,
  { app, targetGroupArn }: { readonly app: string; readonly targetGroupArn: string },
): BreakableGroup => {
  const { connection, stack } = kiln;
  const [environment] = stack.environments;

  const waitFor: BreakableGroup['waitFor'] = (what, look) => poll(look, LONG_MILLISECONDS, () => what);
  const targets = (): Promise<TargetHealthDescription[]> =>
    readTargetHealth(targetGroupArn, connection.balancing);
  const targetGroup = async (): Promise<TargetGroup> => {
    const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] });
    const { TargetGroups: [found] = [] } = await connection.balancing.send(command);
    if (found === undefined) throw new Error(`no target group '${targetGroupArn}'`);
    return found;
  };
  const healthy = async (): Promise<readonly string[]> =>
    (await targets())
      .filter(({ TargetHealth }) => TargetHealth?.State === 'healthy')
      .map(({ Target }) => Target?.Id ?? '');
  const running = async (): Promise<readonly FleetMachine[]> =>
    (await readMachines(connection, app, environment.name)).filter(({ state }) => state === 'running');
  const ask = async (instanceId: string, path: string): Promise<BreakableAnswer> => {
    const { Port = 0 } = await targetGroup();
    const { host, port } = await machines.machine(instanceId).forward(Port);
    return (await (await fetch(`http://${host}:${port}${path}`)).json()) as BreakableAnswer;
  };
  const hold = async (requests: number): Promise<HeldRequests> => {
    const url = new URL('/hold', environment.url);
    // The balancer sends what is idempotent once more when its connection breaks.
    const send = (): Promise<string | undefined> =>
      fetch(url, { method: 'POST' })
        .then(async (answer) => (answer.ok ? ((await answer.json()) as BreakableAnswer).instance : undefined))
        .catch(() => undefined);
    const answers = Array.from({ length: requests }, send);
    const byMachine = await waitFor(
      'not every machine holds a request, or not every request is held',
      async () => {
        const found = new Map<string, number>();
        for (const id of await healthy()) found.set(id, (await ask(id, '/held')).held);
        const held = [...found.values()];
        if (held.reduce((sum, each) => sum + each, 0) !== answers.length) return undefined;
        if (!held.includes(0)) return found;
        // Others' requests came in between, and took the turns of a machine.
        answers.push(send());
        return undefined;
      },
    );
    return { byMachine, answeredBy: Promise.all(answers) };
  };
  return {
    running,
    targetGroup,
    healthy,
    ask,
    hold,
    waitFor,
    target: async (instanceId) => (await targets()).find(({ Target }) => Target?.Id === instanceId),
    whole: async (count, without) => {
      await waitFor(`no ${count} machines are healthy without ${without.join(', ')}`, async () => {
        const ids = await healthy();
        return ids.length === count && ids.every((id) => !without.includes(id)) ? true : undefined;
      });
    },
    blackBox: (instanceId) =>
      waitFor(`'${instanceId}' is not among those that ended`, async () =>
        (await readEndedMachines({ app, environment: environment.name, limit: 50 }, kiln)).find(
          (box) => box.instanceId === instanceId,
        ),
      ),
  };
};
