// Plain JavaScript that Node 20 understands: it runs before the npm install has brought Node 24.

/**
 * How missing Debian packages get onto this host: the commands to run, or the one command that the user has to run.
 * @param {import('./install-plan.d.mts').InstallQuestion} question
 */
export const planInstall = ({ missing, isRoot, canSudo }) => {
  const update = ['apt-get', 'update', '-qq'];
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  if (isRoot) return { commands: [update, install] };
  const sudo = ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive'];
  if (canSudo)
    return {
      commands: [
        [...sudo, ...update],
        [...sudo, ...install],
      ],
    };
  return { userCommand: `sudo sh -c 'apt-get update && ${install.join(' ')}'` };
};
