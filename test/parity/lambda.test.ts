import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipOf } from '#test/helpers/archives';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { LambdaUser } from './lambda-client.ts';
import { lambdaUser } from './lambda-client.ts';

let running: TestCloud;
let user: LambdaUser;

beforeAll(async () => {
  running = await startTestCloud();
  user = await lambdaUser(running.clientConfig);
});

afterAll(() => running.stop());

const constant = 'export const handler = async () => 1;';

const eventually = async (happened: () => boolean): Promise<void> => {
  await poll(
    () => happened() || undefined,
    10_000,
    () => String(happened),
  );
};

describe('a function', () => {
  test('has the defaults of AWS and the digest of its zip', async () => {
    const name = await user.create(constant, { Tags: { app: 'hello' } });
    const sha256 = createHash('sha256')
      .update(zipOf({ 'index.mjs': constant }))
      .digest('base64');
    const found = await user.client.send(new GetFunctionCommand({ FunctionName: name }));
    expect(found.Configuration).toMatchObject({
      FunctionName: name,
      FunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
      Timeout: 3,
      MemorySize: 128,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Version: '$LATEST',
      CodeSha256: sha256,
      EphemeralStorage: { Size: 512 },
    });
    expect(found.Tags).toEqual({ app: 'hello' });
    const { Functions } = await user.client.send(new ListFunctionsCommand());
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toContain(name);
    const Resource = found.Configuration?.FunctionArn;
    expect(await user.client.send(new ListTagsCommand({ Resource }))).toMatchObject({
      Tags: { app: 'hello' },
    });
  });

  test('takes its code from S3, by version', async () => {
    const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'lambda-code' }));
    await s3.send(
      new PutObjectCommand({
        Bucket: 'lambda-code',
        Key: 'f.zip',
        Body: zipOf({ 'index.mjs': 'export const handler = async () => "from s3";' }),
      }),
    );
    const name = await user.create('', { Code: { S3Bucket: 'lambda-code', S3Key: 'f.zip' } });
    expect(await user.invoke(name)).toMatchObject({ payload: 'from s3' });
    await expect(
      user.create('', { Code: { S3Bucket: 'lambda-code', S3Key: 'absent.zip' } }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('S3 Error Code: NoSuchKey'),
    });
  });

  test.each([
    ['a zip that is none', { Code: { ZipFile: Buffer.from('no zip') } }, 'Could not unzip uploaded file'],
    ['a reserved variable', { Environment: { Variables: { AWS_REGION: 'x' } } }, 'AWS_REGION'],
    ['another runtime', { Runtime: 'python3.13' as const }, 'python3.13'],
    ['layers', { Layers: ['arn:aws:lambda:eu-central-1:000000000000:layer:l:1'] }, 'Layers'],
  ])('is refused with %s', async (_, settings, text) => {
    await expect(user.create(constant, settings)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(text),
    });
  });

  test('can be changed only by who knows its latest revision', async () => {
    const name = await user.create(constant);
    const change = { FunctionName: name, Timeout: 9 };
    await expect(
      user.client.send(new UpdateFunctionConfigurationCommand({ ...change, RevisionId: 'old' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    await user.client.send(new UpdateFunctionConfigurationCommand(change));
    expect(await user.client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).toMatchObject(
      { Timeout: 9, MemorySize: 128 },
    );
  });

  test('is gone after its deletion, with its policy', async () => {
    const name = await user.create(constant);
    await user.client.send(new DeleteFunctionCommand({ FunctionName: name }));
    await expect(user.invoke(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(user.client.send(new DeleteFunctionCommand({ FunctionName: name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('a version', () => {
  test('keeps its configuration when the function changes, and an alias finds it', async () => {
    const name = await user.create('export const handler = async () => process.env.COLOUR;', {
      Environment: { Variables: { COLOUR: 'blue' } },
    });
    const { Version } = await user.client.send(new PublishVersionCommand({ FunctionName: name }));
    await user.client.send(
      new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: Version }),
    );
    await user.client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: name,
        Environment: { Variables: { COLOUR: 'green' } },
      }),
    );
    expect(await user.invoke(name)).toMatchObject({ payload: 'green' });
    expect(await user.invoke(`${name}:live`)).toMatchObject({ payload: 'blue' });
    expect(await user.invoke(`${name}:1`)).toMatchObject({ payload: 'blue' });
    const { Versions } = await user.client.send(new ListVersionsByFunctionCommand({ FunctionName: name }));
    expect(Versions?.map((version) => version.Version)).toEqual(['$LATEST', '1']);
  });
});

describe('a resource-based policy', () => {
  test('reads back as AWS writes it, and goes statement by statement', async () => {
    const name = await user.create(constant);
    const statement = {
      FunctionName: name,
      StatementId: 'from-rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:eu-central-1:000000000000:rule/r',
    };
    await user.client.send(new AddPermissionCommand(statement));
    await expect(user.client.send(new AddPermissionCommand(statement))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { Policy } = await user.client.send(new GetPolicyCommand({ FunctionName: name }));
    expect(JSON.parse(Policy ?? '')).toEqual({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [
        {
          Sid: 'from-rule',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'lambda:InvokeFunction',
          Resource: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
          Condition: { ArnLike: { 'AWS:SourceArn': statement.SourceArn } },
        },
      ],
    });
    await user.client.send(new RemovePermissionCommand({ FunctionName: name, StatementId: 'from-rule' }));
    await expect(user.client.send(new GetPolicyCommand({ FunctionName: name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a function URL', () => {
  test('is forbidden until the policy opens it, then answers with what the function says', async () => {
    const name = await user.create(
      `export const handler = async (event) => ({ statusCode: 201, headers: { 'X-Path': event.rawPath }, cookies: ['a=b'],
        body: JSON.stringify([event.requestContext.http.method, event.queryStringParameters, event.body, event.isBase64Encoded]) });`,
    );
    const { FunctionUrl = '' } = await user.client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE' }),
    );
    expect((await fetch(FunctionUrl)).status).toBe(403);
    await user.client.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'open',
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        FunctionUrlAuthType: 'NONE',
      }),
    );
    const answer = await fetch(`${FunctionUrl}click/me?x=1&x=2`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'payload=1',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-path')).toBe('/click/me');
    expect(answer.headers.getSetCookie()).toEqual(['a=b']);
    expect(await answer.json()).toEqual([
      'POST',
      { x: '1,2' },
      Buffer.from('payload=1').toString('base64'),
      true,
    ]);
  });
});

describe('an asynchronous invocation', () => {
  const invokeEvent = (lambda: LambdaUser, FunctionName: string, payload: object) =>
    lambda.client.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );

  test('tells its failure to the destination when no retry is left', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiln-lambda-'));
    const receiver = await user.create(
      `import { writeFileSync } from 'node:fs'; export const handler = async (event) => writeFileSync('${folder}/record', JSON.stringify(event));`,
    );
    const failing = await user.create('export const handler = async () => { throw new Error("no"); }');
    const Destination = `arn:aws:lambda:eu-central-1:000000000000:function:${receiver}`;
    const { context } = running.cloud;
    await context.peers.iam.PutRolePolicy(
      {
        RoleName: 'function',
        PolicyName: 'invoke',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: Destination },
        }),
      },
      context.asService('test'),
    );
    await user.client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: failing,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination } },
      }),
    );
    expect(await invokeEvent(user, failing, { drop: 1 })).toMatchObject({ StatusCode: 202 });
    await eventually(() => existsSync(join(folder, 'record')));
    expect(JSON.parse(readFileSync(join(folder, 'record'), 'utf8'))).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { drop: 1 },
      responsePayload: { errorMessage: 'no' },
    });
    rmSync(folder, { recursive: true });
  });

  test('that a stop cut short runs after the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiln-lambda-'));
    const stateDir = join(folder, 'state');
    const first = await startTestCloud({ stateDir });
    const firstUser = await lambdaUser(first.clientConfig);
    const name = await firstUser.create(
      `import { appendFileSync, existsSync } from 'node:fs'; import { setTimeout } from 'node:timers/promises';
       export const handler = async () => {
         appendFileSync('${folder}/begun', '.');
         while (!existsSync('${folder}/go')) await setTimeout(20);
         appendFileSync('${folder}/done', '.');
       };`,
      { Timeout: 60 },
    );
    await invokeEvent(firstUser, name, {});
    await eventually(() => existsSync(join(folder, 'begun')));
    await first.stop();
    expect(existsSync(join(folder, 'done'))).toBe(false);
    await using second = await startTestCloud({ stateDir });
    expect(second.cloud.endpointUrl).toMatch(/^http/);
    await eventually(() => readFileSync(join(folder, 'begun'), 'utf8') === '..');
    writeFileSync(join(folder, 'go'), '');
    await eventually(() => existsSync(join(folder, 'done')));
    expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('.');
  });
});
