import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIam } from '#localcloud/services/iam/index';
import { createSsm } from '#localcloud/services/ssm/index';
import { startTestCloud, type TestCloud } from '#test/helpers/start-test-cloud';

let cloud: TestCloud;
let ssm: SSM;

beforeAll(async () => {
  cloud = await startTestCloud({ services: [createIam, createSsm], log: () => undefined });
  ssm = new SSM(cloud.clientConfig);
});
afterAll(async () => {
  ssm.destroy();
  await cloud.stop();
});

describe('Parameter Store over the wire (from-docs)', () => {
  test('puts, overwrites, reads by path and deletes', async () => {
    const Name = '/kiln/base/node-24';
    expect(await ssm.putParameter({ Name, Value: 'snap-1', Type: 'String' })).toMatchObject({ Version: 1 });
    await expect(ssm.putParameter({ Name, Value: 'snap-2', Type: 'String' })).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
      $metadata: { httpStatusCode: 400 },
    });
    await ssm.putParameter({ Name, Value: 'snap-2', Overwrite: true });
    const { Parameter } = await ssm.getParameter({ Name });
    expect(Parameter).toMatchObject({ Value: 'snap-2', Version: 2, Type: 'String', DataType: 'text' });
    expect(Parameter?.LastModifiedDate).toBeInstanceOf(Date);
    const { Parameters } = await ssm.getParametersByPath({ Path: '/kiln', Recursive: true });
    expect(Parameters?.map((each) => each.Value)).toEqual(['snap-2']);
    await ssm.deleteParameter({ Name });
    await expect(ssm.getParameter({ Name })).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});
