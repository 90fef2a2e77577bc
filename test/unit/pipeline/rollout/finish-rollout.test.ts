import { beforeEach, describe, expect, test } from '@jest/globals';
import { releaseKey } from '#pipeline/release/release-record';
import { finishRollout } from '#pipeline/rollout/finish-rollout';
import { aRule } from '#test/helpers/fake-traffic';
import {
  aDeployment,
  aRecord,
  aRelease,
  aRollout,
  DEV,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;
const rollout = { ...aRollout(), previewRuleArn: 'arn:rule/preview-2' };

const finish = () => finishRollout({ rollout }, world.deps);

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 0, [targetGroupOf(2)]: 100 }));
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1) }));
});

describe('finishRollout', () => {
  test('takes blue out of the rule and records green as what serves and blue as what must go', async () => {
    await finish();
    expect(world.changes).toEqual(['ModifyRule tg/2=100', 'DeleteRule rule/preview-2']);
    expect(world.documents.all.get(DEV)).toMatchObject({
      current: aDeployment(2),
      ruleArn: 'arn:rule/app',
      retiring: [aRelease(1).releaseId],
    });
    expect(world.documents.all.get(releaseKey(aRelease(2)))).toMatchObject({ status: 'live' });
    expect(world.announced).toEqual(['rollout.finished']);
  });

  test('R16: a repeated attempt ends where the first did', async () => {
    await finish();
    const record = world.documents.all.get(DEV);
    await finish();
    expect(world.documents.all.get(DEV)).toEqual(record);
  });

  test('R16: green becomes current last, so that a failure before it can be rolled back', async () => {
    const written: string[] = [];
    world.documents.onWrite = (key) => written.push(key);
    await finish();
    expect(written).toEqual([releaseKey(aRelease(2)), DEV]);
  });

  test('refuses a rollout whose traffic was not shifted', async () => {
    const { ruleArn: _none, ...unshifted } = rollout;
    await expect(finishRollout({ rollout: unshifted }, world.deps)).rejects.toThrow('was not shifted');
    expect(world.changes).toEqual([]);
  });
});
