import { describe, expect, test } from '@jest/globals';
import { decodeSource, encodeSource } from '#pipeline/artifact/source-metadata';

const sizeOf = (metadata: Record<string, string>): number =>
  Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + value.length, 0);

describe('encodeSource', () => {
  test('leaves ASCII as it is and leaves out what is empty', () => {
    const source = { commit: '0123abc', author: 'Ann <ann@example.org>', message: 'fix: the door', user: '' };
    const { user: _empty, ...given } = source;
    expect(encodeSource(source)).toEqual(given);
    expect(decodeSource(encodeSource(source))).toEqual(given);
  });

  test.each(['Zoë Müller', '修正 the door 🚪', 'says =?UTF-8?B?aGk=?= to you', 'ä'.repeat(100)])(
    'brings other characters through a header of ASCII: %s',
    (message) => {
      const encoded = encodeSource({ message });
      expect(encoded['message']).toMatch(/^[\u0020-\u007E]*$/);
      for (const word of encoded['message']?.split(' ') ?? []) expect(word.length).toBeLessThanOrEqual(75);
      expect(decodeSource(encoded)).toEqual({ message });
    },
  );

  test.each(['x', 'é', '修', '🚪'])(
    'stays below the 2 KB that S3 takes, cut between characters: %s',
    (character) => {
      const long = character.repeat(5000);
      const encoded = encodeSource({ commit: long, author: long, message: long, user: long });
      expect(sizeOf(encoded)).toBeLessThan(2048);
      expect(decodeSource(encoded).message).toMatch(new RegExp(`^(${character})+…$`, 'u'));
    },
  );

  test('keeps line breaks and other control characters out of headers', () => {
    expect(encodeSource({ message: 'one\r\nx-amz-acl: public\u0000' })).toEqual({
      message: 'one x-amz-acl: public',
    });
    expect(encodeSource({ message: '\uD800' })).not.toEqual({});
  });
});

describe('decodeSource', () => {
  test('reads both encodings of RFC 2047, as S3 gives them back', () => {
    expect(decodeSource({ author: '=?UTF-8?Q?Zo=C3=AB_M=C3=BCller?=' })).toEqual({ author: 'Zoë Müller' });
    expect(decodeSource({ author: '=?utf-8?b?Wm/Dqw==?=\r\n =?UTF-8?B?IQ==?=' })).toEqual({ author: 'Zoë!' });
  });

  test('takes no more of foreign metadata than people read', () => {
    const found = decodeSource({ message: 'x'.repeat(2000), commit: 'a\nb', other: 'y' });
    expect(found.message?.length).toBeLessThanOrEqual(500);
    expect(found).toEqual({ message: found.message, commit: 'a b' });
  });
});
