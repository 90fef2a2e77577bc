/** What a machine is told at launch; wins over what was baked. */
export type LaunchEnvironment = Readonly<Record<string, string>>;

// EC2 takes 16 KB before base64 (AWS-FACTS 4.6).
const MAX_BYTES = 16_384;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The machine's user data, base64: one `NAME="value"` a line. The machine trims a line and takes off one pair of quotes,
 * nothing else, so that every value arrives as it is here.
 * @throws Error for a name or value that a line cannot hold, or more than 16 KB
 */
export const userData = (environment: LaunchEnvironment): string => {
  for (const [name, value] of Object.entries(environment)) {
    if (!NAME.test(name)) throw new Error(`launch environment: '${name}' is no variable name`);
    if (/[\0\n\r]/.test(value))
      throw new Error(`launch environment: the value of '${name}' has a line break or NUL`);
  }
  const text = Object.entries(environment)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES)
    throw new Error(`launch environment has ${bytes} bytes, at most ${MAX_BYTES} are possible`);
  return Buffer.from(text).toString('base64');
};
