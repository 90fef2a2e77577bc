import { parse } from 'yaml';
import type { ScalarTag, CollectionTag } from 'yaml';
import { YAMLMap, YAMLSeq } from 'yaml';
import { validationError } from '../errors.ts';
import type { Json, Template } from '../model.ts';

const functions = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
] as const;

const longForm = (name: string, argument: unknown): Json => {
  if (name === 'Ref' || name === 'Condition') return { [name]: argument };
  if (name === 'GetAtt' && typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return { 'Fn::GetAtt': [argument.slice(0, dot), argument.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: argument };
};

// `!Sub text`, `!Join [a, b]` and `!If {…}`: one tag for each kind of node that may follow the short form.
const shortForms = ['Ref', 'Condition', ...functions].flatMap((name): (ScalarTag | CollectionTag)[] => {
  const tag = `!${name}`;
  return [
    { tag, resolve: (text: string) => longForm(name, text) },
    {
      tag,
      collection: 'seq',
      resolve: (node) => (node instanceof YAMLSeq ? longForm(name, node.toJSON()) : node),
    },
    {
      tag,
      collection: 'map',
      resolve: (node) => (node instanceof YAMLMap ? longForm(name, node.toJSON()) : node),
    },
  ];
});

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readBody = (body: string): unknown => {
  try {
    return body.trimStart().startsWith('{')
      ? JSON.parse(body)
      : parse(body, { customTags: shortForms, merge: true, maxAliasCount: 1000 });
  } catch (error) {
    throw validationError(`Template format error: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
];

const sectionOf = (template: Json, name: string): Json => {
  const section = template[name] ?? {};
  if (!isObject(section)) throw validationError(`Template format error: ${name} must be an object`);
  for (const [key, value] of Object.entries(section)) {
    if (name !== 'Conditions' && !isObject(value)) {
      throw validationError(`Template format error: ${name} member '${key}' must be an object`);
    }
  }
  return section;
};

/** Reads a template of JSON or YAML, with the short forms of the intrinsic functions. */
export const parseTemplate = (body: string): Template => {
  const template = readBody(body);
  if (!isObject(template)) throw validationError('Template format error: unsupported structure.');
  const unknown = Object.keys(template).filter((name) => !sections.includes(name));
  if (unknown.length > 0) {
    throw validationError(
      `Invalid template property or properties [${unknown.join(', ')}]: the local cloud knows ${sections.join(', ')}`,
    );
  }
  const resources = sectionOf(template, 'Resources');
  if (Object.keys(resources).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  for (const [id, resource] of Object.entries(resources)) {
    if (!/^[A-Za-z0-9]+$/.test(id)) {
      throw validationError(`Template format error: Resource name ${id} is non alphanumeric.`);
    }
    if (!isObject(resource) || typeof resource['Type'] !== 'string') {
      throw validationError(
        `Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`,
      );
    }
  }
  const description = template['Description'];
  return {
    ...(typeof description === 'string' ? { Description: description } : {}),
    Parameters: sectionOf(template, 'Parameters') as Template['Parameters'],
    Mappings: sectionOf(template, 'Mappings') as Template['Mappings'],
    Conditions: sectionOf(template, 'Conditions'),
    Resources: resources as Template['Resources'],
    Outputs: sectionOf(template, 'Outputs') as Template['Outputs'],
  };
};
