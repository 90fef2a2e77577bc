import type { Member, Shape, StructureShape } from '#localcloud/protocols/shape';

/** A repeatable source of numbers in [0, 1). */
export type RandomSource = () => number;

/** mulberry32: small, fast and good enough to pick test values. */
export const createRandomSource = (seed: number): RandomSource => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Which members are left out, and which texts fit nowhere else. */
export interface ValueRules {
  readonly skip: (structure: string, member: Member) => boolean;
}

const maximumDepth = 6;
const pieces = [
  'a',
  'Zz',
  '7',
  '-',
  ' ',
  '.',
  '/',
  '&',
  '<b>',
  '"',
  "'",
  '%20',
  '+',
  '=',
  '#',
  '?',
  'é',
  '漢',
  '😀',
  ']]>',
  '\\',
  ';',
  ',',
  '~',
  '*',
];
const plainPieces = ['a', 'Zz', '7', '-', '.', '/', '&', '<', "'", '%', '+', '=', '#', '?', '~', '*'];

const pick = <T>(random: RandomSource, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)] as T;

const text = (random: RandomSource, choices: readonly string[]): string => {
  const parts = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(random, choices));
  // Blanks at the ends do not survive headers, and clients trim them in XML.
  return `x${parts.join('')}y`;
};

const travelsInHeader = ({ traits }: Member): boolean =>
  traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined;

const scalar = (random: RandomSource, shape: Shape, member: Member): unknown => {
  switch (shape.kind) {
    case 'string':
      return text(random, travelsInHeader(member) ? plainPieces : pieces);
    case 'number':
      return Math.floor(random() * 10_000);
    case 'boolean':
      return random() < 0.5;
    case 'timestamp':
      return new Date(Math.floor(random() * 2e9) * 1000);
    case 'blob':
      return Buffer.from(text(random, pieces));
    default:
      return undefined;
  }
};

/** The query protocols cannot carry an empty structure: nothing would be left of a union. */
const holdsSomething = ({ shape }: Member): boolean => shape.kind !== 'structure' || shape.members.length > 0;

const structure = (random: RandomSource, shape: StructureShape, rules: ValueRules, depth: number): object => {
  const result: Record<string, unknown> = {};
  const usable = shape.members.filter((member) => !rules.skip(shape.name, member));
  if (shape.union) {
    const chosen = pick(random, usable.filter(holdsSomething));
    if (chosen !== undefined) result[chosen.name] = randomValue(random, chosen, rules, depth + 1);
    return result;
  }
  const chance = Math.min(0.7, 8 / shape.members.length);
  for (const [index, member] of shape.members.entries()) {
    if (!usable.includes(member)) continue;
    const { httpLabel, httpPayload } = member.traits;
    // Clients take an absent payload for an empty one, or for a failed copy.
    const required = index < shape.requiredCount || httpLabel === 1 || httpPayload === 1;
    const deep = depth >= maximumDepth && !['string', 'number', 'boolean'].includes(member.shape.kind);
    if (!required && (deep || random() > chance)) continue;
    result[member.name] = randomValue(random, member, rules, depth + 1);
  }
  // The query protocols cannot carry an empty structure.
  const [first] = usable;
  if (Object.keys(result).length === 0 && first !== undefined && depth > 0 && depth < maximumDepth + 4) {
    result[first.name] = randomValue(random, first, rules, depth + 1);
  }
  return result;
};

/** A random value that fits a member's shape and its place in the message. */
export const randomValue = (random: RandomSource, member: Member, rules: ValueRules, depth = 0): unknown => {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
      return structure(random, shape, rules, depth);
    case 'list': {
      const length = depth >= maximumDepth ? 1 : 1 + Math.floor(random() * 2);
      const item = { ...shape.member, traits: { ...member.traits, ...shape.member.traits } };
      return Array.from({ length }, () => randomValue(random, item, rules, depth + 1));
    }
    case 'map': {
      const length = depth >= maximumDepth ? 1 : 1 + Math.floor(random() * 2);
      const value = { ...shape.value, traits: { ...member.traits, ...shape.value.traits } };
      const key = (index: number): string =>
        travelsInHeader(member) ? `key-${index}` : `${text(random, pieces)}${index}`;
      return Object.fromEntries(
        Array.from({ length }, (_, index) => [key(index), randomValue(random, value, rules, depth + 1)]),
      );
    }
    default:
      return scalar(random, shape, member);
  }
};
