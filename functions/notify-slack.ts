import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { notifySlack } from '#pipeline/slack/notify-slack';
import { createSlackClient } from '#pipeline/slack/slack-client';
import { createSlackSettings } from '#pipeline/slack/slack-settings';
import type { SlackSettings } from '#pipeline/slack/slack-settings';
import { createStepDeps } from './shared/step-deps.ts';
import { log } from './shared/log.ts';
import { step } from './shared/step.ts';

const text = z.string().optional().catch(undefined);

// What is not named here, a task token above all, goes no further.
const kilnEvent = z.object({
  'detail-type': z.string(),
  detail: z.object({
    app: text,
    releaseId: text,
    approvalId: text,
    from: text,
    to: text,
    environment: text,
    version: text,
    user: text,
    via: text,
    reason: text,
    killId: text,
    instanceId: text,
  }),
});

const stepDeps = createStepDeps();
const settings = createSlackSettings({ ...stepDeps, ssm: new SSMClient() });
const deps = { ...stepDeps, settings, connect: (found: SlackSettings) => createSlackClient(found, log) };

/** Target of the rule for everything that Kiln announces. */
export const handler = step((event: unknown) => {
  const { 'detail-type': announcement, detail } = kilnEvent.parse(event);
  return notifySlack({ announcement, ...detail }, deps);
});
