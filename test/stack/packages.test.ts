import { appendFile, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageStack } from '#cli/deploy/package-stack';
import { readEnvironmentsFile } from '#cli/environments-file';
import { projectRoot } from '#cli/home';
import { poll } from '#test/helpers/poll';

const SOURCES = [
  'bakery',
  'cli/deploy/environments-template.ts',
  'functions',
  'infrastructure',
  'package.json',
  'package-lock.json',
  'pipeline',
  'statemachines',
  'tsconfig.json',
];
const MINUTE = 60_000;
const LONG = 3 * MINUTE;
const TEMPLATE = 'cloudformation-template-update-stack.json';
const ZIP = 'startRelease.zip';
const ONE = 'environments: [{ name: dev, port: 8101 }]\n';
const TWO =
  "environments: [{ name: dev, port: 8101 }, { name: prod, port: 8102, offHours: { off: '0 20 * * ? *', on: '0 6 * * ? *' } }]\n";
const THREE = 'environments: [{ name: test, port: 8103 }]\n';
const CHANGE = "\nconsole.log('other code');\n";
const roots: string[] = [];

/** The project with two of its functions, which are packaged in a tenth of the time. */
const newProject = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'kiln-package-'));
  roots.push(root);
  for (const source of SOURCES) await cp(join(projectRoot, source), join(root, source), { recursive: true });
  await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  const text = await readFile(join(projectRoot, 'serverless.yml'), 'utf8');
  const [head = '', functions = '', tail = ''] = text.split(/^(?=functions:|resources:)/m);
  const kept = functions
    .split(/^(?= {2}\w+:$)/m)
    .filter((part) => /^functions:|^ {2}(startRelease|finishRollout):/.test(part));
  expect(kept).toHaveLength(3);
  await writeFile(join(root, 'serverless.yml'), [head, ...kept, tail].join(''));
  return root;
};

const packageOf = async (root: string, environments: string, signal?: AbortSignal): Promise<string> => {
  const path = join(root, 'environments.yml');
  await writeFile(path, environments);
  return (await packageStack(readEnvironmentsFile(path), signal, root)).directory;
};

/** The package's files; what was uploaded when is part of the names of the zips in S3. */
const filesOf = async (directory: string): Promise<Record<string, string>> => {
  const names = (await readdir(directory)).filter((name) => /\.zip$|^cloudformation/.test(name));
  const contents = names.toSorted().map(async (name) => {
    const encoding = name.endsWith('.zip') ? 'base64' : 'utf8';
    const text = await readFile(join(directory, name), encoding);
    return [name, text.replaceAll(/\/\d{13}-[\d-]+T[\d:.]+Z\//g, '/<time>/')] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
};

/** Resolves once osls is about to run. */
const building = (root: string): Promise<unknown> =>
  poll(
    async () => {
      const names = await readdir(join(root, '.package')).catch(() => []);
      return names.find((name) => name.startsWith('building'));
    },
    MINUTE,
    () => 'it does not package',
  );

let root: string;
let first: string;

beforeAll(async () => {
  root = await newProject();
  first = await packageOf(root, ONE);
}, LONG);

afterAll(async () => {
  for (const each of roots) await rm(each, { recursive: true, force: true });
});

describe('packageStack', () => {
  test(
    'packages other environments as a project does that was never packaged',
    async () => {
      const [packaged, cold] = [await packageOf(root, TWO), await packageOf(await newProject(), TWO)];
      expect(packaged).not.toBe(first);
      const [files, expected] = [await filesOf(packaged), await filesOf(cold)];
      expect(Object.keys(files)).toEqual([
        'cloudformation-template-create-stack.json',
        'cloudformation-template-update-stack.json',
        'finishRollout.zip',
        'startRelease.zip',
      ]);
      for (const [name, content] of Object.entries(expected))
        expect([name, files[name] === content]).toEqual([name, true]);
      expect(files[TEMPLATE]).toContain('ProdOnSchedule');
      expect((await filesOf(first))[TEMPLATE]).not.toContain('Prod');
    },
    LONG,
  );

  test(
    'takes the zips that there are of the same code, and makes new ones of other code',
    async () => {
      const zip = await readFile(join(first, ZIP));
      for (const name of await readdir(join(root, '.package')))
        if (name !== 'turn') await writeFile(join(root, '.package', name, ZIP), 'as it was');
      expect(await readFile(join(await packageOf(root, THREE), ZIP), 'utf8')).toBe('as it was');
      await appendFile(join(root, 'functions/start-release.ts'), CHANGE);
      const other = await packageOf(root, THREE);
      expect(await readFile(join(other, ZIP), 'utf8')).not.toBe('as it was');
      expect(await readFile(join(other, ZIP))).not.toEqual(zip);
    },
    LONG,
  );

  test(
    'leaves nothing when it is broken off while it packages, and packages the next time',
    async () => {
      const project = await newProject();
      const stop = new AbortController();
      const broken = packageOf(project, ONE, stop.signal);
      await building(project);
      stop.abort();
      await expect(broken).rejects.toThrow('aborted');
      expect(await readdir(join(project, '.package'))).toEqual(['turn']);
      expect(Object.keys(await filesOf(await packageOf(project, ONE)))).toHaveLength(4);
    },
    LONG,
  );

  test(
    'starts again when the code changes while it is packaged',
    async () => {
      const project = await newProject();
      const packaging = packageOf(project, ONE);
      await building(project);
      await appendFile(join(project, 'functions/start-release.ts'), CHANGE);
      const packaged = await packaging;
      const names = await readdir(join(project, '.package'));
      expect(names.toSorted()).toEqual([basename(packaged), 'turn'].toSorted());
      expect(await packageOf(project, ONE)).toBe(packaged);
    },
    LONG,
  );
});
