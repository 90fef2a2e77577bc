import { describe, expect, test } from '@jest/globals';
import {
  attributesMd5,
  checkMessageAttributes,
  chosenAttributes,
} from '#localcloud/services/sqs/message-attributes';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('message attributes', () => {
  test('have the digest that Amazon SQS computes', () => {
    const timestamp = { DataType: 'Number', StringValue: '1493147359900' };
    expect(attributesMd5({ timestamp })).toBe('235c5c510d26fb653d073faed50ae77c');
    expect(attributesMd5({})).toBeUndefined();
  });

  test('have the same digest in any order', () => {
    const a = text('1');
    const b = text('2');
    expect(attributesMd5({ a, b })).toBe(attributesMd5({ b, a }));
    expect(attributesMd5({ a, b })).not.toBe(attributesMd5({ a: b, b: a }));
  });

  test.each([
    [['All'], ['app.name', 'app.size', 'other']],
    [['app.*'], ['app.name', 'app.size']],
    [['other', 'none'], ['other']],
    [[], []],
  ])('asked for as %j are %j', (wanted, expected) => {
    const all = { 'app.name': text('a'), 'app.size': text('b'), other: text('c') };
    expect(Object.keys(chosenAttributes(all, wanted))).toEqual(expected);
  });

  test.each([
    ['a name that AWS keeps for itself', { 'AWS.x': text('a') }],
    ['an unknown type', { a: { DataType: 'Date', StringValue: 'x' } }],
    ['a number that is none', { a: { DataType: 'Number', StringValue: 'x' } }],
    ['an empty value', { a: text('') }],
    ['more than ten', Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, text('x')]))],
  ])('are refused with %s', (_rule, attributes) => {
    expect(() => checkMessageAttributes(attributes)).toThrow();
  });
});
