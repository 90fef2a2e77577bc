import { describe, expect, test } from '@jest/globals';
import { readKills, readSubjects } from '#cli/chaos/read-subjects';
import type { Connection } from '#cli/connection';
import type { Stack } from '#cli/stack';
import type { ChaosKill } from '#pipeline/chaos/chaos-record';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import { chaosWorld } from '#test/helpers/chaos-world';

const kill = (at: string, more: Partial<ChaosKill> = {}): ChaosKill => ({
  killId: `dev/hello/${at}`,
  app: 'hello',
  groupName: 'g',
  instanceId: 'i-1',
  zone: 'a',
  kind: 'terminate',
  trigger: 'schedule',
  executionArn: 'arn',
  at,
  ...more,
});

const [early, late] = [kill('2026-01-01T10:00:00Z'), kill('2026-01-02T10:00:00Z')];

const world = (kills: readonly ChaosKill[], leashed: boolean) => {
  const chaos = chaosWorld();
  chaos.serve('hello', 3);
  chaos.configure({ chaos: { ...chaosPolicyOf(chaos), leashed } });
  chaos.documents.all.set(chaosKey('dev'), {
    environment: 'dev',
    updatedAt: '',
    kills,
    leashed: [{ killId: 'held', app: 'hello', instanceId: 'i-2', at: '2026-01-03T10:00:00Z' }],
  });
  return {
    chaos,
    context: {
      connection: chaos.deps as unknown as Connection,
      stack: { bucket: 'bucket' } as Stack,
      documents: chaos.documents,
    },
  };
};

const chaosPolicyOf = (chaos: ReturnType<typeof chaosWorld>) => {
  const { environments } = chaos.documents.all.get('kiln/environments.json') as {
    environments: [{ chaos: Parameters<typeof chaosWorld>[0] & object }];
  };
  return environments[0].chaos;
};

describe('what the forecast knows of an environment', () => {
  test('are the machines that a kill would choose from, and the last kill that was done', async () => {
    const missed = kill('2026-01-04T10:00:00Z', { missed: 'gone' });
    const { chaos, context } = world([missed, late, early], false);
    const [member] = chaos.members('hello');
    if (member !== undefined) member.ProtectedFromScaleIn = true;
    const [subject] = await readSubjects({}, context);
    expect(subject?.apps).toMatchObject([{ app: 'hello', lastKillAt: late.at }]);
    expect(subject?.apps[0]?.machines.map(({ instanceId }) => instanceId)).toEqual([
      'i-hello-1',
      'i-hello-2',
    ]);
    expect(subject?.done).toEqual([missed.killId, late.killId, early.killId, 'held']);
  });

  test('on the leash, what would have been done counts as done', async () => {
    const { context } = world([early], true);
    const [subject] = await readSubjects({}, context);
    expect(subject?.apps).toMatchObject([{ lastKillAt: '2026-01-03T10:00:00Z' }]);
  });

  test('an environment that is not there is named', async () => {
    const { context } = world([], false);
    await expect(readSubjects({ environment: 'prod' }, context)).rejects.toThrow("'prod'");
  });
});

test('the history has the newest kill first', async () => {
  const { context } = world([early, late], false);
  expect((await readKills(['dev', 'empty'], context)).map(({ at }) => at)).toEqual([late.at, early.at]);
});
