import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import JSON5 from 'json5';
import { compileEventPattern } from '#localcloud/event-patterns/event-pattern';
import { EventPatternError } from '#localcloud/event-patterns/pattern-error';

const folder = new URL('../../../../shared/conformance/event-patterns/', import.meta.url);

interface Recorded {
  readonly Event: object;
  readonly EventPattern: object;
}

if (existsSync(folder)) {
  describe('event patterns, as recorded from AWS', () => {
    for (const name of readdirSync(folder)) {
      const recorded = JSON5.parse<Recorded>(readFileSync(new URL(name, folder), 'utf8'));
      const matches = (): boolean => compileEventPattern(recorded.EventPattern).matches(recorded.Event);
      const title = name.replace('.json5', '');
      if (title.endsWith('_EXC')) test(`refuses ${title}`, () => expect(matches).toThrow(EventPatternError));
      else if (title.endsWith('_NEG')) test(`does not match ${title}`, () => expect(matches()).toBe(false));
      else test(`matches ${title}`, () => expect(matches()).toBe(true));
    }
  });
} else {
  describe.skip('event patterns: the recordings in ../shared/conformance are not here', () => {
    test('needs the recordings', () => undefined);
  });
}
