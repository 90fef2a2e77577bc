import { describe, expect, test } from '@jest/globals';
import { craftZip, withTree, zipOf } from '#test/helpers/archives';
import { describeApp } from '#bakery/artifact/describe-app';
import type { AppDescription } from '#bakery/model';

const base = { runtimePath: '/usr/bin/node' };

type Files = Readonly<Record<string, string>>;

function described(files: Files): Promise<AppDescription> {
  return withTree(zipOf(files), (tree) => describeApp(tree, base));
}

async function argvOf(files: Files): Promise<readonly string[]> {
  return (await described(files)).process.argv;
}

describe('kiln.json', () => {
  test('has a default for everything', async () => {
    expect(await described({ 'index.js': '' })).toEqual({
      process: { argv: ['/usr/bin/node', 'index.js'], port: 8080 },
      packages: [],
      healthPath: '/',
      smokeRequests: [],
      memoryMiB: 256,
      startSeconds: 120,
      environments: [],
    });
  });

  test('sets port, health path, smoke requests, memory and time to start', async () => {
    const kiln = {
      port: 3000,
      healthPath: '/up?deep=1',
      smoke: [{ path: '/a' }, { path: '/b', status: 404 }],
      memoryMiB: 512,
      startSeconds: 30,
    };
    expect(await described({ 'index.js': '', 'kiln.json': JSON.stringify(kiln) })).toMatchObject({
      process: { port: 3000 },
      healthPath: '/up?deep=1',
      smokeRequests: [
        { path: '/a', status: 200 },
        { path: '/b', status: 404 },
      ],
      memoryMiB: 512,
      startSeconds: 30,
    });
  });

  test.each([
    ['{"prot": 8080}', 'prot'],
    ['{"port": 0}', 'port: '],
    ['{"port": 65536}', 'port: '],
    ['{"port": 80}', 'port: '],
    ['{"port": "8080"}', 'port: '],
    ['{"port": 8080.5}', 'port: '],
    ['{"port": 1e999}', 'port: '],
    ['{"healthPath": "health"}', "healthPath: must begin with '/'"],
    ['{"healthPath": "/a b"}', 'healthPath: '],
    ['{"healthPath": "/a\\r\\nHost: x"}', 'healthPath: '],
    ['{"smoke": [{"path": "/"}, {"path": 1}]}', 'smoke[1].path: '],
    ['{"smoke": [{"path": "/", "status": 99}]}', 'smoke[0].status: '],
    ['{"smoke": [{"path": "/", "body": "x"}]}', 'smoke[0]: '],
    ['{"memoryMiB": 127}', 'memoryMiB: '],
    ['{"memoryMiB": 4097}', 'memoryMiB: '],
    ['{"startSeconds": 4}', 'startSeconds: '],
    ['{"startSeconds": 601}', 'startSeconds: '],
    ['{"startSeconds": 7.5}', 'startSeconds: '],
    ['{"port": 8080, "port": 3000}', "'port' occurs twice"],
    ['{"smoke": [{"path": "/", "path": "/a"}]}', "'path' occurs twice"],
    ['{"__proto__": {"port": 3000}}', '__proto__'],
    ['[]', 'kiln.json is not valid'],
    ['null', 'kiln.json is not valid'],
    ['{port: 8080}', 'kiln.json is not JSON'],
    ['', 'kiln.json is not JSON'],
  ])('refuses %s and says where the mistake is', async (text, where) => {
    await expect(described({ 'index.js': '', 'kiln.json': text })).rejects.toMatchObject({
      name: 'ArtifactRejected',
      reason: 'bad_manifest',
      message: expect.stringContaining(where),
    });
  });
});

describe('where the application starts', () => {
  test.each<[string, Files, string[]]>([
    [
      'the Procfile before everything else',
      {
        Procfile: 'web: node a.js --x "b c"\n',
        'a.js': '',
        'index.js': '',
        'package.json': '{"scripts":{"start":"node index.js"}}',
      },
      ['a.js', '--x', 'b c'],
    ],
    [
      'the web line among others',
      { Procfile: 'worker: ruby x\r\nweb:  node a.js\r\n', 'a.js': '' },
      ['a.js'],
    ],
    [
      'the start script',
      {
        'package.json':
          '{"scripts":{"start":"node --enable-source-maps -r ./hook.js src/app"},"main":"other.js"}',
        'src/app.js': '',
        'hook.js': '',
      },
      ['--enable-source-maps', '-r', './hook.js', 'src/app'],
    ],
    [
      "'node .' by way of main",
      { 'package.json': '{"scripts":{"start":"node ."},"main":"lib/m"}', 'lib/m.js': '' },
      ['.'],
    ],
    ['a directory with an index', { Procfile: 'web: node server', 'server/index.js': '' }, ['server']],
    [
      'main when the start script needs a shell',
      { 'package.json': '{"scripts":{"start":"tsc && node x.js"},"main":"m.js"}', 'm.js': '' },
      ['m.js'],
    ],
    ['main', { 'package.json': '{"main":"./lib/m"}', 'lib/m.js': '' }, ['lib/m.js']],
    ['index.js before server.js', { 'index.js': '', 'server.js': '' }, ['index.js']],
    ['server.js', { 'server.js': '', 'package.json': '{}' }, ['server.js']],
    ['a path inside /app', { Procfile: 'web: node /app/a.js', 'a.js': '' }, ['/app/a.js']],
    ['a script for node', { Procfile: 'web: ./run --fast', run: '#!/usr/bin/env node\n' }, ['run', '--fast']],
  ])('takes %s', async (_what, files, args) => {
    expect(await argvOf(files)).toEqual(['/usr/bin/node', ...args]);
  });

  test('takes a program of the artifact', async () => {
    const zip = craftZip([
      { name: 'Procfile', content: 'web: bin/server --port 8080' },
      { name: 'bin/server', content: '\x7fELF', mode: 0o100_755 },
    ]);
    const app = await withTree(zip, (tree) => describeApp(tree, base));
    expect(app.process.argv).toEqual(['/app/bin/server', '--port', '8080']);
  });

  test('follows a link to the entry file', async () => {
    const zip = craftZip([
      { name: 'index.js', content: 'dist/main.js', mode: 0o120_777 },
      { name: 'dist/main.js', content: '' },
    ]);
    const app = await withTree(zip, (tree) => describeApp(tree, base));
    expect(app.process.argv).toEqual(['/usr/bin/node', 'dist/main.js']);
  });

  test.each<[string, Files]>([
    ['nothing that could start', { 'readme.md': '' }],
    ['an empty archive', {}],
    ['a main that is not there', { 'package.json': '{"main":"gone.js"}', 'index.js': '' }],
    ['a start script whose file is not there', { 'package.json': '{"scripts":{"start":"node gone.js"}}' }],
    ['a Procfile whose file is not there', { Procfile: 'web: node gone.js' }],
    ['a Procfile whose file lies outside', { Procfile: 'web: node ../x.js' }],
    ['a Procfile whose file is a directory without an index', { Procfile: 'web: node lib', 'lib/a.js': '' }],
    ['node without a file', { Procfile: 'web: node --version' }],
    ['node with a program as text', { 'package.json': '{"scripts":{"start":"node -e 1"}}' }],
    [
      'a start script that needs a shell, and no main',
      { 'package.json': '{"scripts":{"start":"next start"}}' },
    ],
  ])('finds no entry point in %s', async (_what, files) => {
    await expect(described(files)).rejects.toMatchObject({ reason: 'no_entry_point' });
  });

  test.each([
    ['node a.js && node b.js', "uses '&'"],
    ['node a.js | tee log', "uses '|'"],
    ['node a.js; node b.js', "uses ';'"],
    ['node $FILE', "uses '$'"],
    ['node "$FILE"', "uses '$'"],
    ['node `cat file`', "uses '`'"],
    ['node *.js', "uses '*'"],
    ['node a.js > log', "uses '>'"],
    ['node "a.js', 'without its partner'],
    ['', 'is empty'],
    ['bash run.sh', "starts 'bash'"],
    ['PORT=80 node a.js', "starts 'PORT=80'"],
    ['./plain', 'is not executable'],
    ['./shell', 'a script for'],
  ])("refuses the Procfile line 'web: %s'", async (line, why) => {
    const files = { Procfile: `web: ${line}`, 'a.js': '', plain: 'text', shell: '#!/bin/sh\n' };
    await expect(described(files)).rejects.toMatchObject({
      reason: 'bad_start_command',
      message: expect.stringContaining(why),
    });
  });

  test.each([
    ['text', 'not json'],
    ['a wrong type of main', '{"main": 7}'],
    ['a list', '[]'],
  ])('refuses a package.json that is %s', async (_what, text) => {
    await expect(described({ 'index.js': '', 'package.json': text })).rejects.toMatchObject({
      reason: 'bad_manifest',
    });
  });
});

test('lists the environments that the artifact has settings for', async () => {
  const files = {
    'index.js': '',
    'config/dev.env': 'A=1',
    'config/prod-eu.env': '',
    'config/X.env': '',
    'lib/config/no.env': '',
  };
  expect((await described(files)).environments).toEqual(['dev', 'prod-eu']);
});
