/** Memory of the instance types that Kiln picks from, ascending (EC2 instance type tables). */
const TYPES = [
  ['t3.nano', 512],
  ['t3.micro', 1024],
  ['t3.small', 2048],
  ['t3.medium', 4096],
  ['t3.large', 8192],
] as const;

/** An EC2 instance type that Kiln picks. */
export type InstanceType = (typeof TYPES)[number][0];

/**
 * The smallest instance type with that much memory.
 * @throws Error when none has
 */
export const instanceTypeFor = (memoryMiB: number): InstanceType => {
  const found = TYPES.find(([, available]) => available >= memoryMiB);
  if (found === undefined)
    throw new Error(`no instance type has ${memoryMiB} MiB, the largest has ${TYPES.at(-1)?.[1]}`);
  return found[0];
};
