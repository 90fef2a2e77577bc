import { assign } from './assign.ts';
import { MalformedError } from './malformed-error.ts';
import { parseScalar } from './scalar.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape } from './shape.ts';

/** Fields of a form grouped by the dots in their names: `Filter.1.Name=x` is Filter → 1 → Name = x. */
interface Field {
  value?: string;
  readonly fields: Map<string, Field>;
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new MalformedError(`'${text}' is not percent-encoded UTF-8`);
  }
};

// Deeper than any shape of the services; keeps a hostile name from overflowing the stack.
const maximumDepth = 64;

const place = (root: Field, name: string, value: string): void => {
  const parts = name.split('.', maximumDepth);
  let field = root;
  for (const part of parts) {
    let next = field.fields.get(part);
    if (next === undefined) field.fields.set(part, (next = { fields: new Map() }));
    field = next;
  }
  field.value = value;
};

/** Parses `application/x-www-form-urlencoded`. */
export const parseForm = (form: string): Field => {
  const root: Field = { fields: new Map() };
  for (const pair of form.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    if (equals < 0) place(root, decode(pair), '');
    else place(root, decode(pair.slice(0, equals)), decode(pair.slice(equals + 1)));
  }
  return root;
};

/** Value of a top-level field, for example `Action`. */
export const fieldValue = (form: Field, name: string): string | undefined => form.fields.get(name)?.value;

const capitalise = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Name of a structure's member in a form. In the EC2 variant names are capitalised and may have a name of their own. */
const formName = (member: Member, ec2: boolean): string => {
  const name = member.memberTraits.xmlName ?? member.name;
  if (!ec2) return name;
  return (member.traits['ec2QueryName'] as string | undefined) ?? capitalise(name);
};

const numbered = (fields: ReadonlyMap<string, Field>): Field[] =>
  [...fields]
    .filter(([name]) => /^\d+$/.test(name))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, field]) => field);

const readList = (shape: ListShape, field: Field, flat: boolean, ec2: boolean): unknown[] => {
  const wrapper = flat ? field : field.fields.get(shape.member.memberTraits.xmlName ?? 'member');
  return numbered(wrapper?.fields ?? new Map<string, Field>()).map((item) => read(shape.member, item, ec2));
};

const readMap = (shape: MapShape, field: Field, flat: boolean, ec2: boolean): object => {
  const wrapper = flat ? field : field.fields.get('entry');
  const keyName = shape.key.memberTraits.xmlName ?? 'key';
  const valueName = shape.value.memberTraits.xmlName ?? 'value';
  const result = {};
  for (const entry of numbered(wrapper?.fields ?? new Map<string, Field>())) {
    const key = entry.fields.get(keyName)?.value;
    const value = entry.fields.get(valueName);
    if (key !== undefined && value !== undefined) assign(result, key, read(shape.value, value, ec2));
  }
  return result;
};

const readStructure = (shape: StructureShape, field: Field, ec2: boolean): object => {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const part = field.fields.get(formName(member, ec2));
    if (part !== undefined) result[member.name] = read(member, part, ec2);
  }
  return result;
};

const read = (member: Member, field: Field, ec2: boolean): unknown => {
  const { shape } = member;
  const flat = ec2 || Boolean(member.traits.xmlFlattened);
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, field, ec2);
    case 'list':
      return readList(shape, field, flat, ec2);
    case 'map':
      return readMap(shape, field, flat, ec2);
    default:
      return parseScalar(shape, field.value ?? '');
  }
};

/** Reads an operation's input from a form; `ec2` chooses the EC2 variant of the protocol. */
export const readForm = (shape: Shape, form: Field, ec2: boolean): object =>
  shape.kind === 'structure' ? readStructure(shape, form, ec2) : {};
