import { validationError } from '../errors.ts';

/**
 * Orders names so that each comes after what it depends on; names with no relation keep their order. A cycle is refused
 * as CloudFormation does.
 */
export const dependencyOrder = (dependencies: ReadonlyMap<string, readonly string[]>): string[] => {
  const ordered: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string, path: readonly string[]): void => {
    if (state.get(name) === 'done' || !dependencies.has(name)) return;
    if (state.get(name) === 'open') {
      const cycle = path.slice(path.indexOf(name));
      throw validationError(`Circular dependency between resources: [${cycle.toSorted().join(', ')}]`);
    }
    state.set(name, 'open');
    for (const needed of dependencies.get(name) ?? []) visit(needed, [...path, name]);
    state.set(name, 'done');
    ordered.push(name);
  };
  for (const name of dependencies.keys()) visit(name, []);
  return ordered;
};
