import { MalformedError } from './malformed-error.ts';

/** An XML element. Names are without their namespace prefix. */
export interface XmlElement {
  readonly name: string;
  /** Raw names, for example `xsi:type`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly rawName: string;
  readonly children: OpenElement[];
  text: string;
}

const maximumDepth = 128;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const character = (code: number): string => {
  if (!(code > 0 && code <= 0x10ffff)) throw new MalformedError('the XML has a bad character reference');
  return String.fromCodePoint(code);
};

const unescape = (text: string): string => {
  const lines = text.replaceAll(/\r\n?/g, '\n');
  if (!lines.includes('&')) return lines;
  return lines.replaceAll(/&([^;&\s]{0,12};)?/g, (reference, body: string | undefined) => {
    const name = body?.slice(0, -1) ?? '';
    if (/^#x[\da-f]+$/i.test(name)) return character(Number.parseInt(name.slice(2), 16));
    if (/^#\d+$/.test(name)) return character(Number(name.slice(1)));
    const value = Object.hasOwn(named, name) ? named[name] : undefined;
    if (value === undefined) throw new MalformedError(`the XML has an unknown entity '${reference}'`);
    return value;
  });
};

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const attributePattern = /\s+([^\s=<>"'/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

const readAttributes = (text: string): Map<string, string> => {
  const attributes = new Map<string, string>();
  let position = 0;
  for (;;) {
    attributePattern.lastIndex = position;
    const match = attributePattern.exec(text);
    if (match === null) break;
    attributes.set(match[1] ?? '', unescape(match[2] ?? match[3] ?? ''));
    position = attributePattern.lastIndex;
  }
  if (text.slice(position).trim() !== '') throw new MalformedError('the XML has a broken attribute');
  return attributes;
};

const endOf = (xml: string, marker: string, from: number): number => {
  const end = xml.indexOf(marker, from);
  if (end < 0) throw new MalformedError(`the XML ends before '${marker}'`);
  return end;
};

// Attribute values may hold `>`, so a tag ends at the first one outside quotes.
const tagPattern = /<([^\s<>/"'=!?]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/y;

const openTag = (xml: string, position: number): { element: OpenElement; closed: boolean; end: number } => {
  tagPattern.lastIndex = position;
  const match = tagPattern.exec(xml);
  if (match === null) throw new MalformedError(`the XML has a broken tag at ${position}`);
  const rawName = match[1] ?? '';
  const attributes = readAttributes(match[2] ?? '');
  const element: OpenElement = { rawName, name: localName(rawName), attributes, children: [], text: '' };
  return { element, closed: match[3] === '/', end: tagPattern.lastIndex };
};

/** Parses a document. There is no DTD and no entity but the five predefined ones, so none can be expanded. */
export const parseXml = (xml: string): XmlElement => {
  const top: OpenElement = {
    rawName: '',
    name: '',
    attributes: new Map<string, string>(),
    children: [],
    text: '',
  };
  const stack: OpenElement[] = [top];
  let position = xml.startsWith('\uFEFF') ? 1 : 0;
  while (position < xml.length) {
    const current = stack.at(-1) as OpenElement;
    if (xml[position] !== '<') {
      const next = xml.indexOf('<', position);
      const end = next < 0 ? xml.length : next;
      current.text += unescape(xml.slice(position, end));
      position = end;
    } else if (xml.startsWith('<!--', position)) {
      position = endOf(xml, '-->', position + 4) + 3;
    } else if (xml.startsWith('<![CDATA[', position)) {
      const end = endOf(xml, ']]>', position);
      current.text += xml.slice(position + 9, end);
      position = end + 3;
    } else if (xml.startsWith('<?', position)) {
      position = endOf(xml, '?>', position) + 2;
    } else if (xml.startsWith('<!', position)) {
      throw new MalformedError('the XML has a document type');
    } else if (xml.startsWith('</', position)) {
      const end = endOf(xml, '>', position);
      const name = xml.slice(position + 2, end).trimEnd();
      if (stack.length === 1 || current.rawName !== name) {
        throw new MalformedError(`the XML closes '${name}', which is not open`);
      }
      stack.pop();
      position = end + 1;
    } else {
      const { element, closed, end } = openTag(xml, position);
      current.children.push(element);
      if (!closed && stack.push(element) > maximumDepth) throw new MalformedError('the XML is too deep');
      position = end;
    }
  }
  const [root] = top.children;
  if (root === undefined || stack.length > 1 || top.children.length > 1 || top.text.trim() !== '') {
    throw new MalformedError('the XML is not one complete element');
  }
  return root;
};
