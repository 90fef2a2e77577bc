// Plain JavaScript that Node 20 understands: it runs before the npm install has brought Node 24.

const OLDEST_NODE = [20, 19];

/**
 * Why Kiln cannot be set up on this host, with what to do about it; undefined when it can.
 * @param {import('./host-problem.d.mts').Host} host
 */
export const hostProblem = ({ nodeVersion, platform, isDebian }) => {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    return {
      message: `Node ${nodeVersion} is too old, needed: ${OLDEST_NODE.join('.')} or newer`,
      suggestion: 'install a newer Node, for example with nvm',
    };
  }
  if (platform !== 'linux') {
    return {
      message: `Kiln's machines are built and run on Linux, got '${platform}'`,
      suggestion: 'a Debian or Ubuntu machine, a virtual one will do',
    };
  }
  if (!isDebian) {
    return {
      message:
        'this is neither Debian nor Ubuntu: dpkg-query is missing, and the base is built of Debian packages',
      suggestion: 'a Debian or Ubuntu machine, or a container of one',
    };
  }
  return undefined;
};
