import { expect, test } from '@jest/globals';
import { defaultOptions } from '#localcloud/services/ec2/options';

test('the environment chooses when the firmware is proven, and an unknown word does not', () => {
  expect(defaultOptions({}).firmwareProof).toBe('first-boot');
  expect(defaultOptions({ KILN_FIRMWARE: 'never' }).firmwareProof).toBe('never');
  expect(defaultOptions({ KILN_FIRMWARE: 'sometimes' }).firmwareProof).toBe('first-boot');
});
