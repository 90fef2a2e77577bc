import * as States from '@aws-sdk/client-sfn';
import * as Events from '@aws-sdk/client-eventbridge';
import * as Ssm from '@aws-sdk/client-ssm';
import { describe, expect, test } from '@jest/globals';
import { parseJson, readJson, writeJson } from '#localcloud/protocols/json';
import { readModel } from '#localcloud/protocols/model';
import type { Shape } from '#localcloud/protocols/shape';

const shapeOf = (module: object, operation: string, side: 'input' | 'output'): Shape => {
  const found = readModel(module).operations.get(operation);
  if (found === undefined) throw new Error(`no operation ${operation}`);
  return found[side];
};

const options = { jsonNames: false };

describe('readJson', () => {
  test('takes timestamps as seconds and as text', () => {
    const shape = shapeOf(Events, 'PutEvents', 'input');
    const entries = [{ Time: 1.5 }, { Time: '1970-01-01T00:00:01.500Z' }];
    expect(readJson(shape, { Entries: entries }, options)).toEqual({
      Entries: [{ Time: new Date(1500) }, { Time: new Date(1500) }],
    });
  });

  test('leaves out null and unknown members', () => {
    expect(
      readJson(shapeOf(States, 'StartExecution', 'input'), { name: null, other: 1, input: '{}' }, options),
    ).toEqual({
      input: '{}',
    });
  });

  test.each([
    [{ input: 1 }, 'input needs a string, got number'],
    [{ input: {} }, 'input needs a string, got object'],
    [[], 'the body needs an object, got array'],
  ])('refuses %j', (json, problem) => {
    expect(() => readJson(shapeOf(States, 'StartExecution', 'input'), json, options)).toThrow(problem);
  });

  test('keeps a key named __proto__ a key', () => {
    const shape = shapeOf(Ssm, 'SendCommand', 'input');
    const json = parseJson(Buffer.from('{"DocumentName":"d","Parameters":{"__proto__":["x"]}}'));
    const input = readJson(shape, json, options) as { Parameters: object };
    expect(Object.keys(input.Parameters)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(input.Parameters)).toBe(Object.prototype);
  });
});

describe('writeJson', () => {
  test('writes dates as seconds and leaves out what the model does not know', () => {
    const output = { executionArn: 'arn', startDate: new Date(1500), secret: 1, name: undefined };
    expect(writeJson(shapeOf(States, 'StartExecution', 'output'), output, options)).toEqual({
      executionArn: 'arn',
      startDate: 1.5,
    });
  });

  test('refuses a date that is none', () => {
    const shape = shapeOf(States, 'StartExecution', 'output');
    expect(() => writeJson(shape, { startDate: '2024' }, options)).toThrow('a Date is needed, got string');
  });
});

describe('parseJson', () => {
  test.each(['{', '{"a":1', Buffer.from([0x22, 0xff, 0x22])])('refuses %p', (body) => {
    expect(() => parseJson(Buffer.from(body as string))).toThrow('the body is not JSON');
  });
});
