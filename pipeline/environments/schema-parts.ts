import * as z from 'zod';

/**
 * A mapping with these keys and no others. About an unknown key the message says which are known; `shortForm` is what may
 * stand there instead of a mapping.
 */
export const mapping = <Shape extends z.ZodRawShape>(
  shape: Shape,
  shortForm?: string,
): z.ZodObject<Shape, z.core.$strict> => {
  const known = Object.keys(shape).join(', ');
  const forms = shortForm === undefined ? 'a mapping' : `${shortForm} or a mapping`;
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? known : `expected ${forms} with: ${known}`),
  });
};

/** A whole number within bounds, both included. */
export const whole = (lowest: number, highest: number): z.ZodType<number, number> => {
  const error = `expected ${lowest} to ${highest}`;
  return z.int({ error }).min(lowest, { error }).max(highest, { error });
};

/** A number within bounds. */
export const ratio = (above: number, below: number): z.ZodType<number, number> => {
  const error = `expected more than ${above} and less than ${below}`;
  return z.number({ error }).gt(above, { error }).lt(below, { error });
};

/** Text that `pattern` holds for. */
export const text = (pattern: RegExp, expected: string): z.ZodType<string, string> => {
  const error = `expected ${expected}`;
  return z.string({ error }).regex(pattern, { error });
};

/** Text without a problem. */
export const checkedText = (problem: (value: string) => string | undefined): z.ZodType<string, string> =>
  z.string({ error: 'expected text' }).superRefine((value, context) => {
    const message = problem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** `true` or `false`. */
export const yesOrNo = (): z.ZodType<boolean, boolean> => z.boolean({ error: 'expected true or false' });

/** A list of such values, none of them twice. */
export const listOf = <Item extends z.ZodType>(
  item: Item,
  { least, most }: { readonly least: number; readonly most: number },
): z.ZodArray<Item> => {
  const error = `expected a list of ${least} to ${most}`;
  return z
    .array(item, { error })
    .min(least, { error })
    .max(most, { error })
    .superRefine((items, context) => {
      for (const [index, each] of items.entries()) {
        if (typeof each === 'string' && items.indexOf(each) < index)
          context.addIssue({ code: 'custom', path: [index], message: 'is in the list twice' });
      }
    });
};
