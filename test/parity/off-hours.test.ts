import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { environmentsTemplate } from '#cli/deploy/environments-template';
import { parseEnvironments } from '#pipeline/environments/parse-environments';
import { poll } from '#test/helpers/poll';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { createFastClock } from '#test/unit/localcloud/services/autoscaling/fast-clock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-off-hours-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The schedules of the environments file, and a function in the place of ours that writes down what it is told. */
const templateWith = (environments: string, wishes: string): string => {
  const { Resources } = environmentsTemplate(parseEnvironments(environments, 'environments.yml')).template;
  const { DevListener: _none, ...schedules } = Resources;
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  return JSON.stringify({
    Resources: {
      ...schedules,
      FunctionRole: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
      },
      SwitchEnvironmentLambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['FunctionRole', 'Arn'] },
          Environment: { Variables: { WISHES: wishes } },
          Code: {
            ZipFile:
              "exports.handler = async (event) => require('node:fs').appendFileSync(process.env.WISHES, JSON.stringify(event) + '\\n');",
          },
        },
      },
    },
  });
};

test('the schedules of off-hours tell the function to switch off and on, each as its role allows', async () => {
  const environments = `environments:
  - name: dev
    offHours: { off: 0/2 * ? * * *, on: 1/2 * ? * * *, timeZone: Europe/Berlin }
`;
  const wishes = join(folder, 'wishes');
  // A minute of the cloud is a second here.
  await using running = await startTestCloud({ clock: createFastClock(60) });
  const client = new CloudFormationClient(running.clientConfig);
  await client.send(
    new CreateStackCommand({
      StackName: 'kiln',
      TemplateBody: templateWith(environments, wishes),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  const status = await poll(
    async () => {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'kiln' }));
      const [stack] = Stacks;
      return stack?.StackStatus?.endsWith('_IN_PROGRESS') === true
        ? undefined
        : `${stack?.StackStatus} ${stack?.StackStatusReason ?? ''}`;
    },
    10_000,
    () => 'the stack still moves',
  );
  expect(status.trim()).toBe('CREATE_COMPLETE');
  const told = await poll(
    async () => {
      const lines = (await readFile(wishes, 'utf8').catch(() => '')).trim().split('\n');
      // On the fast clock either schedule may have fired twice before the other did once.
      const seen = [...new Set(lines)].toSorted();
      return seen.length >= 2 ? seen.map((line) => JSON.parse(line) as { to: string }) : undefined;
    },
    20_000,
    () => 'the function was not told to switch off and on',
  );
  expect(told.toSorted((a, b) => a.to.localeCompare(b.to))).toEqual([
    { environment: 'dev', to: 'off', by: 'schedule' },
    { environment: 'dev', to: 'on', by: 'schedule' },
  ]);
}, 60_000);
