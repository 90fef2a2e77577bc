import { beforeEach, describe, expect, test } from '@jest/globals';
import { releaseKey } from '#pipeline/release/release-record';
import { finishRollout } from '#pipeline/rollout/finish-rollout';
import { aRule } from '#test/helpers/fake-traffic';
import {
  aDeployment,
  aKey,
  aLease,
  aRecord,
  aRelease,
  aReplacement,
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
  for (const n of [1, 2])
    world.documents.all.set(releaseKey(aRelease(n)), { ...aRelease(n), status: 'rolling-out' });
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2) }));
});

describe('finishRollout', () => {
  test('takes blue out of the rule and records green as what serves and blue as what must go', async () => {
    await finish();
    expect(world.changes).toEqual(['ModifyRule tg/2=100', 'DeleteRule rule/preview-2']);
    expect(world.documents.all.get(DEV)).toMatchObject({
      current: aDeployment(2),
      ruleArn: 'arn:rule/app',
      previous: [aDeployment(1)],
      newestDrop: { releaseId: aRelease(2).releaseId },
      retiring: [aKey(1)],
    });
    expect(world.documents.all.get(DEV)).not.toHaveProperty('lease');
    expect(world.documents.all.get(releaseKey(aRelease(2)))).toMatchObject({
      status: 'live',
      environments: { dev: { status: 'live' } },
    });
    expect(world.documents.all.get(releaseKey(aRelease(1)))).toMatchObject({
      environments: { dev: { status: 'replaced' } },
    });
    expect(world.announced).toEqual(['rollout.finished']);
  });

  test('a group that was blocked is so no longer: it is another one that serves, and that is announced', async () => {
    const recycling = { groupName: aDeployment(1).groupName, failures: 3, blockedSince: 'x' };
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2), recycling }));
    await finish();
    expect(world.documents.all.get(DEV)).not.toHaveProperty('recycling');
    expect(world.announced).toEqual(['recycling.unblocked', 'rollout.finished']);
  });

  test('R07: green gets the capacity that somebody gave blue in the last step, and loses none', async () => {
    const sizeOf = (n: number) => world.groups.groups.get(aDeployment(n).groupName);
    const blue = sizeOf(1);
    if (blue !== undefined) blue.DesiredCapacity = 3;
    await finish();
    expect(world.changes).toContain('Resize 3');
    expect(sizeOf(2)?.DesiredCapacity).toBe(3);
  });

  test('forgets how the recycling of blue fared', async () => {
    const recycling = { groupName: aDeployment(1).groupName, failures: 3, blockedSince: '' };
    const record = { current: aDeployment(1), lease: aLease(2), replacement: aReplacement(), recycling };
    world.documents.all.set(DEV, aRecord(record));
    await finish();
    expect(world.documents.all.get(DEV)).not.toHaveProperty('recycling');
    expect(world.documents.all.get(DEV)).not.toHaveProperty('replacement');
  });

  test('R16: a repeated attempt ends where the first did', async () => {
    await finish();
    const record = world.documents.all.get(DEV);
    await finish();
    expect(world.documents.all.get(DEV)).toEqual(record);
  });

  test('R16: what serves is recorded before anything tells of it', async () => {
    const written: string[] = [];
    world.documents.onWrite = (key) => written.push(key);
    await finish();
    expect(written[0]).toBe(DEV);
  });

  test('a release is live as a whole only in the last environment', async () => {
    world.configure({}, { name: 'prod' });
    await finish();
    expect(world.documents.all.get(releaseKey(aRelease(2)))).toMatchObject({
      status: 'rolling-out',
      environments: { dev: { status: 'live' } },
    });
  });

  test('R04: a wish to undo it that comes at the last moment wins', async () => {
    world.documents.all.set(
      DEV,
      aRecord({ current: aDeployment(1), lease: aLease(2, { abort: { by: 'ann', at: '' } }) }),
    );
    await expect(finish()).rejects.toMatchObject({ name: 'RolloutAborted' });
    expect(world.documents.all.get(DEV)).toMatchObject({ current: aDeployment(1) });
  });

  test('keeps blue attached and healthy while it stays warm, out of reach of users', async () => {
    const { retirement } = await finishRollout({ rollout: { ...rollout, warmBlueMinutes: 15 } }, world.deps);
    expect(world.documents.all.get(DEV)).toMatchObject({ warm: { deployment: aDeployment(1) } });
    expect(world.documents.all.get(DEV)).not.toHaveProperty('retiring');
    expect(retirement?.deployment).toEqual(aKey(1));
    const preview = world.traffic.rules.filter((rule) =>
      JSON.stringify(rule.Actions ?? []).includes(targetGroupOf(1)),
    );
    expect(preview.map((rule) => rule.Conditions?.[0]?.Field)).toEqual(['http-header']);
  });

  test('what a rollback replaced is no way back, and is not kept warm', async () => {
    await finishRollout({ rollout: { ...rollout, warmBlueMinutes: 15, trigger: 'rollback' } }, world.deps);
    expect(world.documents.all.get(DEV)).toMatchObject({ previous: [], retiring: [aKey(1)] });
    expect(world.documents.all.get(releaseKey(aRelease(1)))).toMatchObject({
      environments: { dev: { status: 'rolled-back' } },
    });
  });

  test('refuses a rollout whose traffic was not shifted', async () => {
    const { ruleArn: _none, ...unshifted } = rollout;
    await expect(finishRollout({ rollout: unshifted }, world.deps)).rejects.toThrow('was not shifted');
    expect(world.changes).toEqual([]);
  });
});
