import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { placement, STACK } from '#test/helpers/pipeline-fixtures';
import type { Account } from './aws/account.ts';
import { answerBalancingCalls } from './aws/balancing-calls.ts';
import { createCalls } from './aws/calls.ts';
import { answerEc2Calls } from './aws/ec2-calls.ts';
import { answerGroupCalls } from './aws/group-calls.ts';
import { answerOtherCalls } from './aws/other-calls.ts';
import { answerReplacementCalls } from './aws/replacement-calls.ts';
import { createExcuses } from './excuses.ts';
import { createExecutions } from './executions.ts';
import { createHistoryWriter } from './history-writer.ts';
import type { KeptHistory } from './history-writer.ts';
import { createRandom } from './random.ts';
import { createSimulatedEnvironments } from './simulated-environments.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';
import { createTimeline } from './timeline.ts';
import { count } from './world.ts';
import type { Figures, Sabotage, World } from './world.ts';

/** Zones of the placement's subnets. */
export const ZONES = ['eu-1a', 'eu-1b'] as const;

/** Nothing goes wrong. */
export const NO_FAULTS = { slow: 0, throttled: 0, lost: 0, crash: 0, plannerSkew: 0 };

/** A world in which nothing has happened yet. */
export const createWorld = (
  seed: string,
  {
    startAt,
    kept,
    sabotage,
  }: {
    readonly startAt: number;
    readonly kept: KeptHistory;
    readonly sabotage: Sabotage | undefined;
  },
): World & { readonly fleet: readonly SimulatedEnvironment[] } => {
  const random = createRandom(seed);
  const timeline = createTimeline(startAt);
  const history = createHistoryWriter(timeline, kept);
  const fleet = createSimulatedEnvironments(random.fork('environments'));
  const environments = fleet.map(({ environment }) => environment);
  const figures: Figures = {};
  const account: Account = {
    timeline,
    random: random.fork('account'),
    history,
    groups: new Map(),
    machines: new Map(),
    templates: new Map(),
    images: new Map(),
    targetGroups: new Map(),
    rules: new Map(environments.map(({ listenerArn }) => [listenerArn, []])),
    named: new Map(),
    alarms: new Map(environments.map(({ name }) => [`${name}-alarm`, 'OK'])),
    zonesOut: new Set(),
    launchRaisesDesired: random.chance(0.7),
    subnets: new Map(placement.subnetIds.map((subnet, index) => [subnet, ZONES[index] ?? subnet])),
    balancerLies: sabotage === 'retire-unhealthy',
    onDeadMan: () => {
      count({ figures }, 'machines that powered themselves off');
    },
    made: 0,
  };
  const document: EnvironmentsDocument = { updatedAt: '', environments };
  const documents = new Map<string, object>([[ENVIRONMENTS_KEY, document]]);
  const executions = createExecutions(timeline, history);
  const calls = createCalls();
  answerBalancingCalls(account, calls);
  answerEc2Calls(account, calls);
  answerGroupCalls(account, calls);
  answerReplacementCalls(account, calls);
  answerOtherCalls(account, documents, executions, calls);
  return {
    seed,
    stack: STACK,
    bucket: 'bucket',
    random,
    timeline,
    history,
    excuses: createExcuses(history),
    account,
    calls,
    executions,
    documents,
    environments,
    faults: { ...NO_FAULTS },
    // As often as in earnest, a plan in which nothing is due would be most of the work.
    planMinutes: 30,
    chaosDates: new Map(),
    figures,
    sabotage,
    bug: undefined,
    fleet,
  };
};
