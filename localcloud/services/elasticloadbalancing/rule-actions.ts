import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { forwardTargets } from '../../load-balancer/routing-rules.ts';
import { associations, targetGroupsOf } from './associations.ts';
import {
  invalidConfiguration,
  targetGroupAssociationLimit,
  targetGroupNotFound,
  tooMany,
  validationError,
} from './errors.ts';
import type { ElbScope } from './scope.ts';

// User Guide, "Quotas for your Application Load Balancers": neither can be raised here.
const GROUPS_PER_ACTION = 5;
const GROUPS_PER_LOAD_BALANCER = 100;

const MAX_WEIGHT = 999;

const normaliseForward = (action: Action): Action => {
  if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true)
    throw invalidConfiguration(
      'target group stickiness is not supported by the local cloud: needed TargetGroupStickinessConfig.Enabled=false',
    );
  const targets = forwardTargets(action);
  const [only] = targets;
  if (only === undefined || targets.some(({ arn }) => arn === ''))
    throw validationError("A target group ARN must be specified for an action of type 'forward'");
  if (targets.length > GROUPS_PER_ACTION) throw tooMany('TargetGroups', GROUPS_PER_ACTION);
  if (new Set(targets.map(({ arn }) => arn)).size !== targets.length)
    throw validationError('A target group can only be specified once in a forward action');
  const bad = targets.find(({ weight }) => !Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT);
  if (bad !== undefined)
    throw validationError(
      `Target group weight '${bad.weight}' must be between '0' and '${MAX_WEIGHT}' inclusive`,
    );
  if (action.TargetGroupArn !== undefined && (targets.length > 1 || only.arn !== action.TargetGroupArn))
    throw validationError('TargetGroupArn and ForwardConfig of an action must name the same target group');
  return {
    Type: 'forward',
    ...(action.Order === undefined ? {} : { Order: action.Order }),
    ...(targets.length === 1 ? { TargetGroupArn: only.arn } : {}),
    ForwardConfig: {
      TargetGroups: targets.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
};

const normaliseFixedResponse = (action: Action): Action => {
  const config = action.FixedResponseConfig;
  if (config === undefined || !/^[245]\d\d$/.test(config.StatusCode ?? ''))
    throw validationError(
      `The status code '${config?.StatusCode ?? ''}' of a fixed response must be '2XX', '4XX' or '5XX'`,
    );
  if ((config.MessageBody ?? '').length > 1_024)
    throw validationError('The message body of a fixed response cannot be longer than 1024 characters');
  return { ...action, FixedResponseConfig: { ContentType: 'text/plain', ...config } };
};

const normaliseRedirect = (action: Action): Action => {
  const config = action.RedirectConfig;
  if (config === undefined)
    throw validationError("A redirect config is required for an action of type 'redirect'");
  return {
    ...action,
    RedirectConfig: {
      Protocol: '#{protocol}',
      Port: '#{port}',
      Host: '#{host}',
      Path: '/#{path}',
      Query: '#{query}',
      ...config,
    },
  };
};

const normalise = (action: Action): Action => {
  if (action.Type === 'forward') return normaliseForward(action);
  if (action.Type === 'fixed-response') return normaliseFixedResponse(action);
  if (action.Type === 'redirect') return normaliseRedirect(action);
  throw invalidConfiguration(`action type '${action.Type}' is not supported by the local cloud`);
};

/** Checks the actions of a rule or listener of the load balancer and fills in what DescribeRules answers. */
export const checkActions = (
  { records }: ElbScope,
  loadBalancerArn: string,
  actions: readonly Action[] | undefined,
): Action[] => {
  if (actions?.length !== 1)
    throw validationError(`exactly one action is needed by the local cloud, got ${actions?.length ?? 0}`);
  const normalised = actions.map(normalise);
  const known = associations(records);
  const inUse = new Set([...known].filter(([, by]) => by.has(loadBalancerArn)).map(([arn]) => arn));
  for (const arn of targetGroupsOf(normalised)) {
    if (records.targetGroups.get(arn) === undefined) throw targetGroupNotFound(arn);
    if ([...(known.get(arn) ?? [])].some((other) => other !== loadBalancerArn))
      throw targetGroupAssociationLimit(arn);
    inUse.add(arn);
  }
  if (inUse.size > GROUPS_PER_LOAD_BALANCER)
    throw tooMany('UniqueTargetGroupsPerLoadBalancer', GROUPS_PER_LOAD_BALANCER);
  return normalised;
};
