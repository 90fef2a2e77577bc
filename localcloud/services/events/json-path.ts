const step = /\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/y;

/** Steps of a path such as `$.detail.object['version-id']`; undefined when the text is no such path. */
export const parseJsonPath = (path: string): readonly (string | number)[] | undefined => {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, member, index, quoted] = match;
    steps.push(index === undefined ? (member ?? quoted ?? '') : Number(index));
  }
  return steps;
};

/** The value at a path; undefined where there is none. */
export const readJsonPath = (value: unknown, path: string): unknown => {
  let current = value;
  for (const key of parseJsonPath(path) ?? []) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
};
