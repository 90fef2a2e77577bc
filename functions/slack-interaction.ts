import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { systemClock } from '#pipeline/clock';
import { readConfig } from '#pipeline/config';
import { handleInteraction } from '#pipeline/slack/handle-interaction';
import { createSlackSettings } from '#pipeline/slack/slack-settings';
import { log } from './shared/log.ts';
import { step } from './shared/step.ts';

const STATUS = { accepted: 200, malformed: 400, unauthenticated: 401 } as const;

const config = readConfig(['KILN_STACK', 'KILN_EVENT_BUS']);
const deps = {
  settings: createSlackSettings({ ssm: new SSMClient(), stack: config.KILN_STACK, clock: systemClock }),
  events: new EventBridgeClient(),
  eventBusName: config.KILN_EVENT_BUS,
  clock: systemClock,
  log,
};

/** The URL that Slack's Interactivity setting names. */
export const handler = step(async (event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> => {
  const { body = '', headers, isBase64Encoded, requestContext } = event;
  const outcome = await handleInteraction(
    {
      method: requestContext.http.method,
      headers,
      // What was signed are the bytes as they came.
      body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    },
    deps,
  );
  // Slack would show the text of a 200.
  const text = outcome === 'accepted' ? '' : `${outcome}\n`;
  return { statusCode: STATUS[outcome], headers: { 'content-type': 'text/plain' }, body: text };
});
