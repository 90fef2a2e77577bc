import { validationError } from '../errors.ts';
import type { Json } from '../model.ts';

/** What intrinsic functions are resolved against. */
export interface ResolveScope {
  /** A parameter's, pseudo parameter's or resource's `Ref`; undefined when nothing has the name. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): unknown;
  zones(region: string): readonly string[];
  exported(name: string): string | undefined;
}

/** Stands for `AWS::NoValue`: the member that holds it goes. */
export const noValue = Symbol('AWS::NoValue');

/** A parameter of the form `${Name}` or `${Name.Attribute}` in `Fn::Sub`, not `${!Literal}`. */
export const subVariable = /\$\{([^!${}][^${}]*)\}/g;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name and argument of an intrinsic function, if the value is one. */
export const intrinsicOf = (value: unknown): { name: string; argument: unknown } | undefined => {
  if (!isObject(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined;
  return { name, argument: value[name] };
};

const malformed = (name: string, needs: string): never => {
  throw validationError(`Template error: ${name} needs ${needs}`);
};

const listOf = (name: string, value: unknown, lengths: readonly number[]): readonly unknown[] => {
  if (Array.isArray(value) && (lengths.length === 0 || lengths.includes(value.length))) return value;
  return malformed(name, lengths.length === 0 ? 'a list' : `a list of ${lengths.join(' or ')}`);
};

const textOf = (name: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return malformed(name, `text, got ${JSON.stringify(value)}`);
};

/** The logical id and attribute of `Fn::GetAtt`, which may be written as one text. */
export const getAttOf = (argument: unknown): readonly [logicalId: string, attribute: unknown] => {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = listOf('Fn::GetAtt', argument, [2]);
  return [textOf('Fn::GetAtt', logicalId), attribute];
};

const reference = (name: string, scope: ResolveScope): unknown => {
  if (name === 'AWS::NoValue') return noValue;
  const value = scope.ref(name);
  if (value === undefined) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  }
  return value;
};

const substitute = (argument: unknown, scope: ResolveScope): string => {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : listOf('Fn::Sub', argument, [2]);
  const own = isObject(variables) ? variables : {};
  return textOf('Fn::Sub', text)
    .replace(subVariable, (_, name: string) => {
      const key = name.trim();
      if (Object.hasOwn(own, key)) return textOf('Fn::Sub', resolve(own[key], scope));
      const dot = key.indexOf('.');
      const value = dot < 0 ? reference(key, scope) : scope.attribute(key.slice(0, dot), key.slice(dot + 1));
      return Array.isArray(value) ? value.join(',') : textOf(`Fn::Sub of '${key}'`, value);
    })
    .replaceAll('${!', '${');
};

const select = (argument: unknown, scope: ResolveScope): unknown => {
  const [index, list] = listOf('Fn::Select', argument, [2]);
  const values = listOf('Fn::Select', resolve(list, scope), []);
  const value: unknown = values[Number(textOf('Fn::Select', resolve(index, scope)))];
  if (value === undefined) {
    throw validationError(
      `Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`,
    );
  }
  return value;
};

const findInMap = (argument: unknown, scope: ResolveScope): unknown => {
  const [map, top, second] = listOf('Fn::FindInMap', argument, [3]).map((part) =>
    textOf('Fn::FindInMap', resolve(part, scope)),
  );
  const value = scope.mapping(map ?? '', top ?? '', second ?? '');
  if (value === undefined) {
    throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
  }
  return value;
};

const importValue = (argument: unknown, scope: ResolveScope): string => {
  const name = textOf('Fn::ImportValue', resolve(argument, scope));
  const value = scope.exported(name);
  if (value === undefined) throw validationError(`No export named ${name} found.`);
  return value;
};

type Evaluate = (argument: unknown, scope: ResolveScope) => unknown;

const evaluators: Readonly<Record<string, Evaluate>> = {
  Ref: (argument, scope) => reference(textOf('Ref', argument), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = getAttOf(argument);
    return scope.attribute(logicalId, textOf('Fn::GetAtt', resolve(attribute, scope)));
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, list] = listOf('Fn::Join', argument, [2]);
    const parts = listOf('Fn::Join', resolve(list, scope), []);
    return parts.map((part) => textOf('Fn::Join', part)).join(textOf('Fn::Join', separator));
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf('Fn::Split', argument, [2]);
    return textOf('Fn::Split', resolve(text, scope)).split(textOf('Fn::Split', separator));
  },
  'Fn::Select': select,
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = listOf('Fn::If', argument, [3]);
    return resolve(scope.condition(textOf('Fn::If', name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) =>
    Buffer.from(textOf('Fn::Base64', resolve(argument, scope))).toString('base64'),
  'Fn::GetAZs': (argument, scope) => {
    const region = textOf('Fn::GetAZs', resolve(argument, scope));
    return scope.zones(region === '' ? textOf('Fn::GetAZs', scope.ref('AWS::Region')) : region);
  },
  'Fn::ImportValue': importValue,
};

/** The value with every intrinsic function in it resolved. */
export const resolve = (value: unknown, scope: ResolveScope): unknown => {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue);
  }
  if (!isObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) {
    const evaluate = evaluators[intrinsic.name];
    if (evaluate === undefined) {
      throw validationError(`Template error: the local cloud does not know the function ${intrinsic.name}`);
    }
    return evaluate(intrinsic.argument, scope);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, resolve(member, scope)] as const)
      .filter(([, member]) => member !== noValue),
  );
};
