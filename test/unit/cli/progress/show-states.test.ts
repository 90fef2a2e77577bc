import { describe, expect, test } from '@jest/globals';
import type { Output } from '#cli/output';
import { showStates } from '#cli/progress/show-states';

const at = (seconds: number): Date => new Date(seconds * 1000);

const recordingOutput = () => {
  const said: string[] = [];
  const output = {
    step: (name: string) => {
      said.push(`start ${name}`);
      return {
        detail: () => undefined,
        done: (_text?: string, seconds?: number) => said.push(`done ${name} ${seconds}`),
        failed: (_text?: string, seconds?: number) => said.push(`failed ${name} ${seconds}`),
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
    shown.end();
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
    shown.end();
    expect(said).toEqual(['start Wait', 'done Wait 1', 'start Wait', 'failed Wait undefined']);
  });
});
