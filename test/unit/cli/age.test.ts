import { describe, expect, test } from '@jest/globals';
import { ageOf, exactSpanOf } from '#cli/age';

const now = new Date('2026-11-23T12:00:00Z');

describe('ageOf', () => {
  test.each([
    ['2026-11-23T11:59:18Z', '42s'],
    ['2026-11-23T11:55:00Z', '5m'],
    ['2026-11-23T10:00:00Z', '2h'],
    ['2026-11-20T12:00:00Z', '3d'],
    ['2026-11-23T12:00:01Z', '0s'],
  ])('says of %s that it is %s ago', (moment, age) => {
    expect(ageOf(moment, now)).toBe(age);
  });
});

describe('exactSpanOf', () => {
  test.each([
    [604_800, '7d'],
    [7200, '2h'],
    [5400, '90m'],
    [90, '90s'],
    [0, '0s'],
  ])('says of %s seconds that they are %s', (seconds, text) => {
    expect(exactSpanOf(seconds)).toBe(text);
  });
});
