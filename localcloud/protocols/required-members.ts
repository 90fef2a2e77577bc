import { AwsError } from '../errors.ts';
import type { ServiceFacts } from '../service.ts';
import type { Shape } from './shape.ts';

const findMissing = (shape: Shape, value: unknown, path: string, deep: boolean): string | undefined => {
  if (value === undefined || value === null) return undefined;
  if (shape.kind === 'structure') {
    const values = value as Readonly<Record<string, unknown>>;
    for (const [index, member] of shape.members.entries()) {
      const item = values[member.name];
      const memberPath = path === '' ? member.name : `${path}.${member.name}`;
      // Clients fill in idempotency tokens themselves; AWS makes one up for those that do not.
      const required = index < shape.requiredCount && !member.traits.idempotencyToken;
      if (required && (item === undefined || item === null)) return memberPath;
      const inside = deep ? findMissing(member.shape, item, memberPath, deep) : undefined;
      if (inside !== undefined) return inside;
    }
  } else if (shape.kind === 'list') {
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      const inside = findMissing(shape.member.shape, item, `${path}.${index + 1}.member`, deep);
      if (inside !== undefined) return inside;
    }
  } else if (shape.kind === 'map') {
    for (const [key, item] of Object.entries(value)) {
      const inside = findMissing(shape.value.shape, item, `${path}.${key}.member`, deep);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
};

const lowerFirst = (path: string): string =>
  path.replaceAll(/(^|\.)([A-Z])/g, (_, dot: string, letter: string) => dot + letter.toLowerCase());

const codes: Readonly<Partial<Record<ServiceFacts['name'], string>>> = {
  logs: 'InvalidParameterException',
};

/** The error for a missing member, in the words of the service's protocol. */
const missing = (facts: ServiceFacts, path: string): AwsError => {
  if (facts.protocol === 'ec2') {
    return new AwsError('MissingParameter', `The request must contain the parameter ${path}`);
  }
  if (facts.protocol === 'rest-xml') {
    const text = 'The XML you provided was not well-formed or did not validate against our published schema';
    return new AwsError('MalformedXML', text);
  }
  const code = codes[facts.name] ?? (facts.protocol === 'query' ? 'ValidationError' : 'ValidationException');
  const text = `1 validation error detected: Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`;
  return new AwsError(code, text);
};

/** Throws when a member that the model requires is missing. EC2 is held to the top level: it is lenient further in. */
export const checkRequiredMembers = (facts: ServiceFacts, shape: Shape, input: object): void => {
  const path = findMissing(shape, input, '', facts.protocol !== 'ec2');
  if (path !== undefined) throw missing(facts, path);
};
