import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { holdReason } from '#pipeline/disruption/hold-reason';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';

const states = new Map<string, string>();
const documents = memoryDocuments();
const alarms = mockClient(CloudWatchClient);
const deps = { documents, cloudWatch: new CloudWatchClient({ region: 'r' }) };

const withAlarms = (...names: string[]) =>
  anEnvironment({ disruption: { machines: 1, percent: 10, alarms: names, overduePercent: 50 } });

beforeEach(() => {
  states.clear();
  documents.all.clear();
  alarms.reset();
  alarms.on(DescribeAlarmsCommand).callsFake(({ AlarmNames = [] }: DescribeAlarmsCommand['input']) => ({
    MetricAlarms: AlarmNames.filter((name) => states.has(name)).map((AlarmName) => ({
      AlarmName,
      StateValue: states.get(AlarmName),
    })),
  }));
});

describe('holdReason', () => {
  test('there is none when all is well, and no call without alarms', async () => {
    expect(await holdReason(anEnvironment(), deps)).toBeUndefined();
    expect(alarms.calls()).toHaveLength(0);
    states.set('pager', 'OK');
    states.set('young', 'INSUFFICIENT_DATA');
    expect(await holdReason(withAlarms('pager', 'young'), deps)).toBeUndefined();
  });

  test("an alarm, the disruption's own or the rollout's", async () => {
    states.set('pager', 'ALARM');
    expect(await holdReason(withAlarms('pager'), deps)).toBe("alarm 'pager' is on");
    const { rollout } = anEnvironment();
    const judged = { ...rollout, alarms: { names: ['pager'], insufficientData: 'ignore' as const } };
    expect(await holdReason(anEnvironment({ rollout: judged }), deps)).toBe("alarm 'pager' is on");
  });

  test('an alarm that is not there, also the hundred and first', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `alarm-${index}`);
    for (const name of names.slice(0, 100)) states.set(name, 'OK');
    expect(await holdReason(withAlarms(...names), deps)).toBe("alarm 'alarm-100' does not exist");
  });

  test('an outage that somebody declared', async () => {
    documents.all.set('kiln/budgets/dev.json', { outage: { by: 'ann', reason: 'the database' } });
    expect(await holdReason(anEnvironment(), deps)).toBe('an outage, says ann: the database');
  });

  test('an environment that is switched off', async () => {
    documents.all.set('kiln/switches/dev.json', { to: 'off' });
    expect(await holdReason(anEnvironment(), deps)).toBe('switched off');
  });

  test('an error while asking counts as an outage', async () => {
    alarms.on(DescribeAlarmsCommand).rejects(new Error('throttled'));
    expect(await holdReason(withAlarms('pager'), deps)).toContain('throttled');
  });
});
