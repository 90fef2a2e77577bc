import type * as SFN from '@aws-sdk/client-sfn';
import type { Json } from '../../states-language/json.ts';
import { maximumDataBytes } from '../../states-language/outcome.ts';
import type { StatesDeps } from './deps.ts';
import { invalidOutput, invalidTaskToken } from './errors.ts';

const requireToken = (token: string | undefined): string => {
  if (token === undefined || token.length === 0 || token.length > 2048) throw invalidTaskToken();
  return token;
};

const parseOutput = (text: string): Json => {
  if (Buffer.byteLength(text) > maximumDataBytes)
    throw invalidOutput(`the output has more than ${maximumDataBytes} bytes`);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalidOutput((error as Error).message);
  }
};

/** SendTaskSuccess. */
export const sendTaskSuccess = (
  { tokens }: StatesDeps,
  input: SFN.SendTaskSuccessInput,
): SFN.SendTaskSuccessOutput => {
  tokens.settle(requireToken(input.taskToken), { output: parseOutput(input.output ?? '') });
  return {};
};

/** SendTaskFailure. */
export const sendTaskFailure = (
  { tokens }: StatesDeps,
  input: SFN.SendTaskFailureInput,
): SFN.SendTaskFailureOutput => {
  tokens.settle(requireToken(input.taskToken), { error: input.error, cause: input.cause });
  return {};
};

/** SendTaskHeartbeat: does not extend the task's `TimeoutSeconds`. */
export const sendTaskHeartbeat = (
  { tokens }: StatesDeps,
  input: SFN.SendTaskHeartbeatInput,
): SFN.SendTaskHeartbeatOutput => {
  tokens.heartbeat(requireToken(input.taskToken));
  return {};
};
