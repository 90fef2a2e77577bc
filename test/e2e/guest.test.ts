import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readMachines } from '#cli/machines';
import { launchMachine } from '#test/helpers/launch-machine';
import { dropUntilLive, helloNode } from '#test/helpers/release';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';

const MINUTE = 60_000;

/** What `/inspect` of the example says of the machine it runs in. */
interface Inspection {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly files: number;
  readonly executables: readonly string[];
  readonly shells: readonly string[];
  readonly setuid: readonly string[];
  readonly writableDirectories: readonly string[];
  readonly writes: Readonly<Record<string, string>>;
  readonly tmpWrite: string;
  readonly runShell: string;
  readonly execPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly metadata: { readonly withoutToken: number; readonly instanceId: string; readonly zone: string };
}

let kiln: RunningKiln;
let imageId: string;

beforeAll(async () => {
  kiln = await startKiln();
  const { image } = await dropUntilLive(kiln, 'apps/hello/1.0.0.zip', await helloNode());
  imageId = image?.imageId ?? '';
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
}, MINUTE);

const ask = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  (await fetch(new URL(path, kiln.stack.environments[0].url), { headers })).json();

describe('a released machine', () => {
  test(
    'holds nothing that can be run but the runtime, and gives its application no rights',
    async () => {
      const found = (await ask('/inspect')) as Inspection;
      expect(found.shells).toEqual([]);
      expect(found.setuid).toEqual([]);
      // The dynamic loader and shared libraries are mapped, not run; whatever else has the bit would be a program.
      const programs = found.executables.filter(
        (path) => !/\/(ld-linux[^/]*|lib[^/]*\.so[^/]*)$/u.test(path),
      );
      expect(programs).toEqual(['/usr/bin/node']);
      expect(found.execPath).toBe('/usr/bin/node');
      expect(found.files).toBeGreaterThan(10);
      expect(found.runShell).toBe('ENOENT');
      expect(found).toMatchObject({ uid: 1000, gid: 1000, groups: [1000] });
    },
    MINUTE,
  );

  test(
    'can be written to in /tmp only',
    async () => {
      const found = (await ask('/inspect')) as Inspection;
      expect(found.tmpWrite).toBe('written');
      expect(Object.values(found.writes)).not.toContain('written');
      expect(Object.keys(found.writes)).toContain('/app');
      expect(found.writableDirectories).toEqual(['/tmp']);
    },
    MINUTE,
  );

  test(
    'tells its application who it is from instance metadata, with what was baked for its environment',
    async () => {
      const machines = await readMachines(kiln.connection, 'hello');
      const found = (await ask('/inspect')) as Inspection;
      const machine = machines.find(({ instanceId }) => instanceId === found.environment['KILN_INSTANCE_ID']);
      expect(machine).toBeDefined();
      expect(found.environment).toMatchObject({
        KILN_ENV: 'dev',
        KILN_APP: 'hello',
        KILN_RELEASE: '1.0.0',
        KILN_ZONE: machine?.zone,
        PORT: '8080',
        GREETING: 'hello from dev',
      });
      // Version 1 of the metadata service, which a forged request of the app could reach, is off.
      expect(found.metadata).toEqual({
        withoutToken: 401,
        instanceId: machine?.instanceId,
        zone: machine?.zone,
      });
    },
    MINUTE,
  );

  test(
    'lets what it is told at launch win over what was baked',
    async () => {
      const told = { KILN_ENV: 'dev', GREETING: 'hello from launch', COLOUR: 'light blue' };
      await using machine = await launchMachine(kiln, imageId, told);
      expect(await ask('/', machine.headers)).toMatchObject({
        instance: machine.instanceId,
        environment: 'dev',
        greeting: 'hello from launch',
      });
      const found = (await ask('/inspect', machine.headers)) as Inspection;
      expect(found.environment).toMatchObject({ COLOUR: 'light blue' });
    },
    3 * MINUTE,
  );
});
