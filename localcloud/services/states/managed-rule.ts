import type { CloudContext } from '../../cloud-context.ts';
import { accessDenied } from './errors.ts';

const actions = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'] as const;

const usesSync = (definition: string): boolean => /:states:startExecution\.sync/.test(definition);

/**
 * AWS watches nested executions (`.sync`) through a rule that it manages in the name of the machine's role, and
 * refuses a machine whose role may not: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const requireManagedRule = (context: CloudContext, definition: string, roleArn: string): void => {
  if (!usesSync(definition)) return;
  const name = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const rule = `arn:aws:events:${context.region}:${context.accountId}:rule/${name}`;
  const { caller } = context.asRole(roleArn, 'states');
  if (actions.some((action) => context.backplane.refusal(caller, action, [rule]) !== undefined)) {
    throw accessDenied(`'${roleArn}' is not authorized to create managed-rule.`);
  }
};
