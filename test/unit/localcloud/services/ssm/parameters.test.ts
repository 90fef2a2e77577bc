import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type InProcessCloud, openInProcessCloud } from '../s3/in-process-cloud.ts';

let cloud: InProcessCloud;
beforeEach(async () => {
  cloud = await openInProcessCloud();
});
afterEach(() => cloud.close());

const put = (Name: string, Value: string, more: object = {}) =>
  cloud.context.peers.ssm.PutParameter({ Name, Value, Type: 'String', ...more }, cloud.root);
const get = async (Name: string, more: object = {}) => {
  const { Parameter } = await cloud.context.peers.ssm.GetParameter({ Name, ...more }, cloud.root);
  return Parameter;
};

describe('parameters', () => {
  test('each overwrite is a new version, and older ones stay readable', async () => {
    await put('/kiln/base', 'one');
    await expect(put('/kiln/base', 'two')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
    expect(await put('/kiln/base', 'two', { Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await get('/kiln/base')).toMatchObject({
      Value: 'two',
      Version: 2,
      ARN: 'arn:aws:ssm:eu-central-1:000000000000:parameter/kiln/base',
    });
    expect(await get('/kiln/base:1')).toMatchObject({ Value: 'one', Selector: ':1' });
    expect(await get('arn:aws:ssm:eu-central-1:000000000000:parameter/kiln/base:1')).toMatchObject({
      Value: 'one',
    });
    await expect(get('/kiln/base:9')).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
    await expect(get('/kiln')).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  test('keeps the last hundred versions', async () => {
    for (let index = 1; index <= 102; index += 1) await put('n', String(index), { Overwrite: true });
    await expect(get('n:2')).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
    expect(await get('n:3')).toMatchObject({ Value: '3' });
  });

  test('a SecureString is not readable without decryption', async () => {
    await put('/secret', 'hidden', { Type: 'SecureString' });
    expect((await get('/secret'))?.Value).not.toBe('hidden');
    expect((await get('/secret', { WithDecryption: true }))?.Value).toBe('hidden');
  });

  test('a path lists one level, or all; another case is another path', async () => {
    for (const name of ['/a/x', '/a/y', '/a/b/z', '/ab/x', '/A/x']) await put(name, 'v');
    const names = async (more: object): Promise<unknown[]> => {
      const { Parameters } = await cloud.context.peers.ssm.GetParametersByPath(
        { Path: '/a', ...more },
        cloud.root,
      );
      return (Parameters ?? []).map(({ Name }) => Name);
    };
    expect(await names({})).toEqual(['/a/x', '/a/y']);
    expect(await names({ Recursive: true })).toEqual(['/a/b/z', '/a/x', '/a/y']);
    const { ssm } = cloud.context.peers;
    const first = await ssm.GetParametersByPath({ Path: '/a', MaxResults: 1 }, cloud.root);
    expect(await names({ NextToken: first.NextToken })).toEqual(['/a/y']);
  });

  test('many are read or deleted at once; what is missing is listed', async () => {
    const { ssm } = cloud.context.peers;
    await put('/a', '1');
    const read = await ssm.GetParameters({ Names: ['/a', '/no'] }, cloud.root);
    expect(read).toMatchObject({ Parameters: [{ Value: '1' }], InvalidParameters: ['/no'] });
    const deleted = await ssm.DeleteParameters({ Names: ['/a', '/no'] }, cloud.root);
    expect(deleted).toEqual({ DeletedParameters: ['/a'], InvalidParameters: ['/no'] });
    await expect(ssm.DeleteParameter({ Name: '/a' }, cloud.root)).rejects.toMatchObject({
      code: 'ParameterNotFound',
    });
  });

  test.each([
    ['a/b', 'v', {}],
    ['/aws/x', 'v', {}],
    ['/a b', 'v', {}],
    ['/a', '', {}],
    ['/a', 'x'.repeat(4097), {}],
    ['/a/'.repeat(16), 'v', {}],
    ['/a', 'v', { Type: undefined }],
  ])('refuses %j with %# of the bad inputs', async (name, value, more) => {
    await expect(put(name, value, more)).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test('describes by filters, and keeps tags', async () => {
    const { ssm } = cloud.context.peers;
    await put('/kiln/a', '1', { Tags: [{ Key: 'stage', Value: 'dev' }] });
    await put('other', '1');
    const find = async (Key: string, Option: string, Values: string[]): Promise<unknown[]> => {
      const filters = { ParameterFilters: [{ Key, Option, Values }] };
      return ((await ssm.DescribeParameters(filters, cloud.root)).Parameters ?? []).map(({ Name }) => Name);
    };
    expect(await find('Name', 'BeginsWith', ['/kiln'])).toEqual(['/kiln/a']);
    expect(await find('Path', 'Recursive', ['/'])).toEqual(['/kiln/a', 'other']);
    expect(await find('tag:stage', 'Equals', ['dev'])).toEqual(['/kiln/a']);
    await expect(find('Nope', 'Equals', ['x'])).rejects.toMatchObject({ code: 'InvalidFilterKey' });
    const reference = { ResourceType: 'Parameter', ResourceId: '/kiln/a' } as const;
    await ssm.AddTagsToResource({ ...reference, Tags: [{ Key: 'b', Value: '2' }] }, cloud.root);
    const { TagList } = await ssm.ListTagsForResource(reference, cloud.root);
    expect(TagList).toEqual([
      { Key: 'stage', Value: 'dev' },
      { Key: 'b', Value: '2' },
    ]);
  });
});
