import type { CloudContext } from '../../cloud-context.ts';
import { invalidArn, invalidName } from './errors.ts';

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#StepFunctions-StartExecution-request-name
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\ufffe\uffff]/u;

/** Throws `InvalidName` for a name that AWS refuses; 1 to 80 characters. */
export const requireName = (name: string): string => {
  if (name.length === 0 || name.length > 80 || forbidden.test(name)) throw invalidName(name);
  return name;
};

/** The ARN of a state machine. */
export const stateMachineArn = ({ region, accountId }: CloudContext, name: string): string =>
  `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;

/** The ARN of an execution of a state machine. */
export const executionArn = (machineArn: string, name: string): string =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** Throws `InvalidArn` unless it is an ARN of this kind of resource. */
export const requireArn = (arn: string | undefined, kind: 'stateMachine' | 'execution'): string => {
  if (arn === undefined || !new RegExp(`^arn:aws[a-z-]*:states:[^:]*:[^:]*:${kind}:.+$`).test(arn)) {
    throw invalidArn(arn ?? '');
  }
  return arn;
};
