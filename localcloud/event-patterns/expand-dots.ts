type Members = { [key: string]: unknown };

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const merge = (into: Members, path: readonly string[], value: unknown): void => {
  const [head = '', ...rest] = path;
  const present = into[head];
  if (rest.length === 0) {
    if (isMembers(present) && isMembers(value))
      for (const [key, item] of Object.entries(value)) merge(present, [key], item);
    else into[head] = value;
    return;
  }
  const inner: Members = isMembers(present) ? present : (Object.create(null) as Members);
  into[head] = inner;
  merge(inner, rest, value);
};

/** EventBridge does not tell `{"a.b": 1}` from `{"a": {"b": 1}}`: writes both the second way. */
export const expandDots = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(expandDots);
  if (!isMembers(value)) return value;
  const expanded = Object.create(null) as Members;
  for (const [key, item] of Object.entries(value)) merge(expanded, key.split('.'), expandDots(item));
  return expanded;
};
