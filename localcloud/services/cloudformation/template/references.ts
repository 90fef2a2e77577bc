import { getAttOf, intrinsicOf, subVariable } from './intrinsics.ts';

/** A name used by a value: by `Ref`, by `Fn::GetAtt` (with the attribute), or inside `Fn::Sub`. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

const ofSub = (argument: unknown): Reference[] => {
  const [text, own]: readonly unknown[] = Array.isArray(argument) ? argument : [argument, {}];
  const names = typeof own === 'object' && own !== null ? Object.keys(own) : [];
  const used = [...String(text).matchAll(subVariable)].map(([, name = '']) => name.trim());
  const free = used.filter((name) => !names.includes(name));
  return [
    ...free.map((name): Reference => {
      const dot = name.indexOf('.');
      return dot < 0 ? { name } : { name: name.slice(0, dot), attribute: name.slice(dot + 1) };
    }),
    ...referencesIn(own),
  ];
};

/** Every name that a value refers to. */
export const referencesIn = (value: unknown): Reference[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Ref') return [{ name: String(intrinsic.argument) }];
  if (intrinsic?.name === 'Fn::Sub') return ofSub(intrinsic.argument);
  if (intrinsic?.name === 'Fn::GetAtt') {
    const [name, attribute] = getAttOf(intrinsic.argument);
    return [{ name, ...(typeof attribute === 'string' ? { attribute } : {}) }];
  }
  return Object.values(value).flatMap(referencesIn);
};
