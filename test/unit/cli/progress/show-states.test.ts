import { describe, expect, test } from '@jest/globals';
import type { Output } from '#cli/output';
import { showStates } from '#cli/progress/show-states';

const at = (seconds: number): Date => new Date(seconds * 1000);

const recordingOutput = () => {
  const said: string[] = [];
  const output = {
    line: (text: string) => said.push(`line ${text}`),
    step: (name: string) => {
      said.push(`start ${name}`);
      return {
        detail: (text: string) => said.push(`detail ${name} ${text}`),
        done: (text = '', seconds?: number) => said.push(`done ${name} ${seconds} ${text}`.trimEnd()),
        leave: () => said.push(`leave ${name}`),
        failed: (text = '', seconds?: number) => said.push(`failed ${name} ${seconds} ${text}`.trimEnd()),
      };
    },
  } as unknown as Output;
  return { said, output };
};

describe('showStates', () => {
  test('shows each state once, with the seconds that the history says it took', () => {
    const { said, output } = recordingOutput();
    const shown = showStates(output);
    const received = { state: 'ReceiveArtifact', enteredAt: at(0) };
    const bake = { state: 'BakeImage', enteredAt: at(2) };
    shown.update([received]);
    shown.update([{ ...received, exitedAt: at(2) }, bake]);
    shown.update([
      { ...received, exitedAt: at(2) },
      { ...bake, exitedAt: at(5), failed: true },
    ]);
    shown.end('ended');
    expect(said).toEqual([
      'start ReceiveArtifact',
      'done ReceiveArtifact 2',
      'start BakeImage',
      'failed BakeImage 3',
    ]);
  });

  test('shows a state that comes back, and ends what was not exited as failed', () => {
    const { said, output } = recordingOutput();
    const shown = showStates(output);
    const first = { state: 'Wait', enteredAt: at(0), exitedAt: at(1) };
    shown.update([first]);
    shown.update([first, { state: 'Wait', enteredAt: at(3) }]);
    shown.end('ended');
    expect(said).toEqual(['start Wait', 'done Wait 1', 'start Wait', 'failed Wait undefined']);
  });

  test('says of what goes on neither that it is done nor that it failed', () => {
    const { said, output } = recordingOutput();
    const shown = showStates(output);
    shown.update([{ state: 'JudgeStep', enteredAt: at(0) }]);
    shown.end('goes-on');
    expect(said).toEqual(['start JudgeStep', 'leave JudgeStep']);
  });

  test('says in which environment and at which share a state was, and each note on the one that runs once', () => {
    const { said, output } = recordingOutput();
    const shown = showStates(output);
    const shift = { state: 'ShiftTraffic', environment: 'prod', enteredAt: at(0), exitedAt: at(1) };
    const judge = { state: 'JudgeStep', environment: 'prod', enteredAt: at(1) };
    const note = { text: '17 of 95', topic: 'judging', steps: [10, 100] };
    shown.update([shift, judge], note);
    shown.update([shift, judge], note);
    shown.update([shift, { ...judge, exitedAt: at(9) }], { ...note, text: '95 of 95' });
    const second = { ...shift, enteredAt: at(9), exitedAt: at(10) };
    shown.update([shift, { ...judge, exitedAt: at(9) }, second]);
    expect(said).toEqual([
      'start ShiftTraffic',
      'done ShiftTraffic 1 prod, 10 %',
      'start JudgeStep',
      'detail JudgeStep prod, 10 %: 17 of 95',
      'done JudgeStep 8 prod, 10 %',
      'start ShiftTraffic',
      'done ShiftTraffic 1 prod, 100 %',
    ]);
  });

  test('gives advice once a step', () => {
    const { said, output } = recordingOutput();
    const shown = showStates(output);
    const judge = { state: 'JudgeStep', environment: 'prod', enteredAt: at(1) };
    for (const text of ['no requests', '1 of 95'])
      shown.update([judge], { text, topic: 'judging', advice: 'send some' });
    expect(said.filter((line) => line === 'line send some')).toHaveLength(1);
  });
});
