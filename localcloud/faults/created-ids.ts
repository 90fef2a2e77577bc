/** Member of its answer in which an operation names what it has created. */
export const newIdsIn: Readonly<Record<string, string>> = {
  RunInstances: 'InstanceId',
  LaunchInstances: 'InstanceIds',
  RegisterImage: 'ImageId',
  CreateSnapshot: 'SnapshotId',
  StartSnapshot: 'SnapshotId',
  CreateLaunchTemplate: 'LaunchTemplateId',
  CreateTargetGroup: 'TargetGroupArn',
  CreateRule: 'RuleArn',
};

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Every text in a value, at any depth; bytes and streams are left out. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (isPlain(value)) for (const member of Object.values(value)) yield* textsIn(member);
}

/** Texts of the members called `name`, at any depth. */
export function* textsOf(value: unknown, name: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* textsOf(item, name);
  else if (isPlain(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key === name) yield* textsIn(member);
      else yield* textsOf(member, name);
    }
  }
}

const isHidden = (value: unknown, hidden: ReadonlySet<string>): boolean => {
  if (typeof value === 'string') return hidden.has(value);
  if (!isPlain(value)) return false;
  return Object.entries(value).some(
    ([name, member]) => /(?:Id|Arn)$/.test(name) && hidden.has(String(member)),
  );
};

/** A copy of an answer without the list items that are, or have only, what is hidden. */
export const withoutHidden = (value: unknown, hidden: ReadonlySet<string>): unknown => {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      if (isHidden(item, hidden)) return [];
      const copy = withoutHidden(item, hidden);
      // A reservation whose only instance is hidden is not shown either.
      const lost =
        isPlain(item) && isPlain(copy) && Object.keys(item).some((name) => isEmptied(item[name], copy[name]));
      return lost ? [] : [copy];
    });
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withoutHidden(member, hidden)]),
  );
};

const isEmptied = (before: unknown, after: unknown): boolean =>
  Array.isArray(before) && Array.isArray(after) && before.length > 0 && after.length === 0;
