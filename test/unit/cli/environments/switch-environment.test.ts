import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Connection } from '#cli/connection';
import { requestSwitch } from '#cli/environments/switch-environment';
import type { Stack } from '#cli/stack';

const mock = mockClient(LambdaClient);
afterEach(() => {
  mock.reset();
});

const input = { environment: 'dev', to: 'off', by: 'arn:ann' } as const;
const deps = {
  connection: { lambda: new LambdaClient({ region: 'r' }) } as Connection,
  stack: { switchEnvironmentFunctionName: 'kiln-switchEnvironment' } as Stack,
};

describe('requestSwitch', () => {
  test('says what is wanted, and by whom, as the schedule does', async () => {
    mock.on(InvokeCommand).resolves({ StatusCode: 200 });
    await requestSwitch(input, deps);
    const sent = mock.commandCalls(InvokeCommand)[0]?.args[0].input;
    expect(sent?.FunctionName).toBe('kiln-switchEnvironment');
    expect(JSON.parse(sent?.Payload as string)).toEqual(input);
  });

  test('gives the reason when the function fails', async () => {
    const text = JSON.stringify({ errorMessage: 'no such thing' });
    const Payload = Object.assign(Buffer.from(text), { transformToString: () => text });
    mock.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload });
    await expect(requestSwitch(input, deps)).rejects.toThrow("'dev' was not switched off: no such thing");
  });
});
