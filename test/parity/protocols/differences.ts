/** Where two values differ, as `path: expected …, got …`; members that only `actual` has are named with a `+`. */
export const differences = (expected: unknown, actual: unknown, path = ''): string[] => {
  if (expected instanceof Uint8Array && actual instanceof Uint8Array) {
    return Buffer.from(expected).equals(actual) ? [] : [`${path}: bytes differ`];
  }
  if (expected instanceof Date || actual instanceof Date) {
    return String(expected) === String(actual)
      ? []
      : [`${path}: expected ${String(expected)}, got ${String(actual)}`];
  }
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    const found = actual as Readonly<Record<string, unknown>>;
    const missing = Object.entries(expected).flatMap(([key, value]) =>
      differences(value, found[key], `${path}.${key}`),
    );
    const extra = Object.keys(found).filter(
      (key) => !Object.hasOwn(expected, key) && found[key] !== undefined,
    );
    return [...missing, ...extra.map((key) => `+${path}.${key}`)];
  }
  if (Object.is(expected, actual)) return [];
  return [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
};
