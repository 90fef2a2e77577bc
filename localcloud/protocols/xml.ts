import { assign } from './assign.ts';
import { formatScalar, parseScalar } from './scalar.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape } from './shape.ts';
import type { XmlElement } from './xml-element.ts';

/** XML name of a structure's member. */
const nameOf = (member: Member): string => member.memberTraits.xmlName ?? member.name;

const named = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child) => child.name === name);

const readEntries = (shape: MapShape, entries: readonly XmlElement[]): object => {
  const result = {};
  for (const entry of entries) {
    const [key] = named(entry, shape.key.memberTraits.xmlName ?? 'key');
    const [value] = named(entry, shape.value.memberTraits.xmlName ?? 'value');
    if (key !== undefined && value !== undefined) assign(result, key.text, readXml(shape.value.shape, value));
  }
  return result;
};

const readItems = (shape: ListShape, items: readonly XmlElement[]): unknown[] =>
  items.map((item) => readXml(shape.member.shape, item));

const readMember = (member: Member, parent: XmlElement): unknown => {
  if (member.traits.xmlAttribute) return parent.attributes.get(nameOf(member));
  const found = named(parent, nameOf(member));
  const [first] = found;
  if (first === undefined) return undefined;
  const flat = Boolean(member.traits.xmlFlattened);
  if (flat && member.shape.kind === 'list') return readItems(member.shape, found);
  if (flat && member.shape.kind === 'map') return readEntries(member.shape, found);
  return readXml(member.shape, first);
};

const readMembers = (members: readonly Member[], element: XmlElement): object => {
  const result: Record<string, unknown> = {};
  for (const member of members) {
    const value = readMember(member, element);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
};

/** Reads a value of a shape from the element that holds it. */
export const readXml = (shape: Shape, element: XmlElement): unknown => {
  switch (shape.kind) {
    case 'structure':
      return readMembers(shape.members, element);
    case 'list':
      return readItems(shape, named(element, shape.member.memberTraits.xmlName ?? 'member'));
    case 'map':
      return readEntries(shape, named(element, 'entry'));
    default:
      return parseScalar(shape, element.text);
  }
};

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would turn these into a line feed or a space.
  '\r': '&#xD;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
};

/** Escapes text for XML, for use in elements and attributes. */
export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"\r\u0085\u2028]/g, (unsafe) => references[unsafe] ?? unsafe);

const tag = (name: string, content: string, attributes = ''): string =>
  content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;

const writeEntries = (shape: MapShape, value: object, name: string): string => {
  const keyName = shape.key.memberTraits.xmlName ?? 'key';
  const valueName = shape.value.memberTraits.xmlName ?? 'value';
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) =>
      tag(name, tag(keyName, escapeXml(key)) + writeElement(shape.value, item, valueName)),
    )
    .join('');
};

const writeItems = (shape: ListShape, value: readonly unknown[], name: string): string =>
  value.map((item) => writeElement(shape.member, item, name)).join('');

const attributesOf = (shape: StructureShape, traits: Member['traits'], value: object): string => {
  const [prefix, uri] = traits.xmlNamespace ?? [];
  let text = uri === undefined ? '' : ` xmlns${prefix ? `:${prefix}` : ''}="${escapeXml(uri)}"`;
  for (const member of shape.members) {
    const item = (value as Readonly<Record<string, unknown>>)[member.name];
    if (member.traits.xmlAttribute && typeof item === 'string') {
      text += ` ${nameOf(member)}="${escapeXml(item)}"`;
    }
  }
  return text;
};

/** Writes the members of a structure that are in `members`, without an element around them. */
export const writeMembers = (members: readonly Member[], value: object): string => {
  let xml = '';
  for (const member of members) {
    const item = (value as Readonly<Record<string, unknown>>)[member.name];
    if (item !== undefined && item !== null && !member.traits.xmlAttribute) {
      xml += writeElement(member, item, nameOf(member));
    }
  }
  return xml;
};

/** Writes a value as an element; a flattened list or map as several elements of the same name. */
export const writeElement = (member: Member, value: unknown, name: string): string => {
  const { shape, traits } = member;
  switch (shape.kind) {
    case 'structure': {
      const attributes = attributesOf(shape, traits, value as object);
      return tag(name, writeMembers(shape.members, value as object), attributes);
    }
    case 'list': {
      const items = value as readonly unknown[];
      if (traits.xmlFlattened) return writeItems(shape, items, name);
      return tag(name, writeItems(shape, items, shape.member.memberTraits.xmlName ?? 'member'));
    }
    case 'map':
      if (traits.xmlFlattened) return writeEntries(shape, value as object, name);
      return tag(name, writeEntries(shape, value as object, 'entry'));
    default:
      return tag(name, escapeXml(formatScalar(shape, value, 'date-time')));
  }
};
