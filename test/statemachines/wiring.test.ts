import { existsSync, readdirSync, readFileSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as disruptionErrors from '#pipeline/disruption/errors';
import * as errors from '#pipeline/errors';
import { readStateMachine } from '#test/helpers/run-state-machine';

const files = readdirSync('statemachines').map((name) => `statemachines/${name}`);

const kebab = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();

/** Every value of `key` anywhere below `node`. */
const collect = (node: unknown, key: string): unknown[] => {
  if (Array.isArray(node)) return node.flatMap((item) => collect(item, key));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...collect(value, key),
  ]);
};

const errorNames = new Set([
  ...Object.keys({ ...errors, ...disruptionErrors }).map((name) => name.replace(/Error$/, '')),
  'Sandbox.Timedout',
]);

describe.each(files)('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const machine = readStateMachine(file);

  test('is valid Amazon States Language', () => {
    const result = validate(JSON.parse(JSON.stringify(machine)) as object);
    expect(result.errorsText()).toBe('');
  });

  test('has no null, which a template cannot carry: an expression makes it', () => {
    // CloudFormation leaves out or refuses properties that are null; the variable would not exist.
    expect(JSON.stringify(machine)).not.toMatch(/[:,[]null[,}\]]/);
  });

  test('names a function of its own for every placeholder, after the state', () => {
    for (const [, name = ''] of text.matchAll(/\$\{(\w+)Arn\}/g)) {
      if (name.endsWith('StateMachine')) continue;
      expect([name, existsSync(`functions/${kebab(name)}.ts`)]).toEqual([name, true]);
      expect(text).toContain(`  ${name}:\n`);
    }
  });

  test('retries and catches only errors that exist', () => {
    for (const name of collect(machine, 'ErrorEquals').flat() as string[]) {
      const known = /^(States|Lambda|StepFunctions)\./.test(name) || errorNames.has(name);
      expect([name, known]).toEqual([name, true]);
    }
  });

  test('I15: cannot outgrow the history, of 25,000 events (AWS-FACTS 4.6), by trying again', () => {
    const retries = collect(machine, 'Retry').flat() as { ErrorEquals: string[]; MaxAttempts?: number }[];
    const attempts = retries
      // Its time is limited instead: 12 hours of looks of 20 s (`rollout-schema.ts`).
      .map(({ ErrorEquals, MaxAttempts = 3 }) => (ErrorEquals.includes('StepUndecided') ? 2160 : MaxAttempts))
      .reduce((sum, each) => sum + each, 0);
    // Scheduled, started, failed; and what goes right has its own few.
    expect(attempts * 3).toBeLessThan(24_000);
  });

  test('gives every task a time-out', () => {
    for (const states of collect(machine, 'States')) {
      for (const state of Object.values(states as Record<string, { Type: string }>)) {
        if (state.Type === 'Task') expect(state).toHaveProperty('TimeoutSeconds');
      }
    }
  });
});

test('every function has a file and a role of its own', () => {
  const service = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
    functions: Record<string, { handler: string; role: string }>;
  };
  const roles: string[] = [];
  for (const [name, { handler, role }] of Object.entries(service.functions)) {
    expect(handler).toBe(`functions/${kebab(name)}.handler`);
    expect(existsSync(`functions/${kebab(name)}.ts`)).toBe(true);
    roles.push(role);
  }
  expect(new Set(roles).size).toBe(roles.length);
});
