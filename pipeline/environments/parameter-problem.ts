const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** What well-known credentials look like, so that none of them gets into a repository by mistake. */
const CREDENTIAL =
  /-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bxox[abeprs]-|\bgh[oprsu]_[A-Za-z0-9]{30}/;
/** EC2 takes 16,384 bytes of user data (AWS-FACTS 4.6); the rest is for what Kiln itself tells the machine. */
const MAX_BYTES = 15_360;
/** Below what the machine's init takes. */
const MAX_COUNT = 400;

/** Why a machine cannot be given a parameter of that name; undefined when it can. */
export const parameterNameProblem = (name: string): string | undefined => {
  if (!NAME.test(name) || name === '__proto__')
    return 'is no variable name, expected letters, digits and underscores, no digit first, at most 128';
  if (name.startsWith('KILN_')) return "is Kiln's own: names that start with 'KILN_' are set by Kiln";
  if (name === 'PORT') return "is set by Kiln, expected the port in the artifact's kiln.json";
  return undefined;
};

/** Why a machine cannot be given the value; undefined when it can. */
export const parameterValueProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return 'expected text: put it in quotes';
  if (/[\0\n\r]/.test(value)) return 'has a line break or NUL, which a machine cannot be given';
  if (CREDENTIAL.test(value))
    return "looks like a credential: whoever reads this file or a machine's user data would have it";
  return undefined;
};

/** Why the parameters do not fit into a machine's user data; undefined when they do. */
export const parameterSizeProblem = (parameters: Readonly<Record<string, string>>): string | undefined => {
  const count = Object.keys(parameters).length;
  if (count > MAX_COUNT) return `has ${count} parameters, expected at most ${MAX_COUNT}`;
  const bytes = Object.entries(parameters)
    .map(([name, value]) => Buffer.byteLength(`${name}="${value}"\n`))
    .reduce((sum, each) => sum + each, 0);
  return bytes > MAX_BYTES ? `has ${bytes} bytes, expected at most ${MAX_BYTES}` : undefined;
};
