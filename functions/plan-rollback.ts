import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { planRollback } from '#pipeline/rollback/plan-rollback';
import type { RollbackRequest } from '#pipeline/rollback/plan-rollback';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = {
  ...createStepDeps(),
  ec2: new EC2Client(),
  states: new SFNClient(),
};

/** State PlanRollback. */
export const handler = step((input: RollbackRequest) => planRollback(input, deps));
