import { AwsError } from '../../errors.ts';

// Codes: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ (each operation's "Errors"), all status 400.

const error =
  (code: string, text: (subject: string) => string) =>
  (subject: string): AwsError =>
    new AwsError(code, text(subject));

/** A value that the API does not take; the text is the whole message. */
export const validationError = error('ValidationError', (text) => text);

/** A combination that is not possible, or that the local cloud cannot carry out. */
export const invalidConfiguration = error('InvalidConfigurationRequest', (text) => text);

export const loadBalancerNotFound = error(
  'LoadBalancerNotFound',
  (name) => `Load balancers '[${name}]' not found`,
);
export const listenerNotFound = error('ListenerNotFound', () => 'One or more listeners not found');
export const ruleNotFound = error('RuleNotFound', () => 'One or more rules not found');
export const targetGroupNotFound = error('TargetGroupNotFound', () => 'One or more target groups not found');
export const duplicateLoadBalancer = error(
  'DuplicateLoadBalancerName',
  (name) => `A load balancer with the same name '${name}' exists, but with different settings`,
);
export const duplicateTargetGroup = error(
  'DuplicateTargetGroupName',
  (name) => `A target group with the same name '${name}' exists, but with different settings`,
);
export const duplicateListener = error(
  'DuplicateListener',
  (arn) => `A listener already exists on this port for this load balancer '${arn}'`,
);
export const priorityInUse = error(
  'PriorityInUse',
  (priority) => `Priority '${priority}' is currently in use`,
);
export const targetGroupInUse = error(
  'ResourceInUse',
  (arn) => `Target group '${arn}' is currently in use by a listener or a rule`,
);
export const targetGroupAssociationLimit = error(
  'TargetGroupAssociationLimit',
  (arn) => `The following target groups cannot be associated with more than one load balancer: ${arn}`,
);
export const operationNotPermitted = error('OperationNotPermitted', (text) => text);
export const invalidTarget = error('InvalidTarget', (text) => text);
export const subnetNotFound = error('SubnetNotFound', (id) => `The subnet ID '${id}' is not valid`);

/** A quota is used up: `TooManyRules`, `TooManyListeners`, `TooManyTargets` and so on. */
export const tooMany = (what: string, quota: number): AwsError =>
  new AwsError(`TooMany${what}`, `The quota of ${quota} for '${what}' has been reached`);
