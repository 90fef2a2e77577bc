import { describe, expect, test } from '@jest/globals';
import { parseXml } from '#localcloud/protocols/xml-element';

describe('parseXml', () => {
  test('reads elements, attributes, text, CDATA, comments and prefixes', () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0"?><!-- c --><s:a xmlns:s="u" x='1>2'>t<b/><![CDATA[<&>]]><s:c y="&quot;"> z </s:c></s:a>\n`,
    );
    expect(root).toMatchObject({ name: 'a', text: 't<&>' });
    expect(root.attributes.get('x')).toBe('1>2');
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', ''],
      ['c', ' z '],
    ]);
  });

  test('knows the five entities and character references, and normalises line ends', () => {
    expect(parseXml('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#xD;\r\n\r</a>').text).toBe(
      '<>&"\'A😀\r\n\n',
    );
  });

  test.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>text',
    '<a>&undefined;</a>',
    '<a>& </a>',
    '<a>&#x110000;</a>',
    '<a>&constructor;</a>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    '<a b=c/>',
    '<a b="1" c/>',
    '<a',
    '<!-- open',
    '<a><![CDATA[open</a>',
    '<a>'.repeat(10_000),
  ])('refuses %j', (xml) => {
    expect(() => parseXml(xml)).toThrow(expect.objectContaining({ name: 'MalformedError' }));
  });

  test('reads a large flat document in linear time', () => {
    const xml = `<a>${'<b>x</b>'.repeat(100_000)}</a>`;
    expect(parseXml(xml).children).toHaveLength(100_000);
  });
});
