import type {
  CreateListenerCommandInput,
  CreateListenerCommandOutput,
  DeleteListenerCommandInput,
  DescribeListenersCommandInput,
  DescribeListenersCommandOutput,
  Listener,
  ModifyListenerCommandInput,
  ModifyListenerCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsError } from '../../errors.ts';
import {
  duplicateListener,
  invalidConfiguration,
  listenerNotFound,
  loadBalancerNotFound,
  tooMany,
  validationError,
} from './errors.ts';
import { pageOf } from './pages.ts';
import type { ListenerRecord } from './records.ts';
import { checkActions } from './rule-actions.ts';
import type { ElbScope } from './scope.ts';
import { checkTags } from './tags.ts';

type Out<T> = Omit<T, '$metadata'>;

const LISTENERS_PER_LOAD_BALANCER = 50;

const present = (record: ListenerRecord): Listener => ({
  ListenerArn: record.arn,
  LoadBalancerArn: record.loadBalancerArn,
  Port: record.port,
  Protocol: 'HTTP',
  DefaultActions: [...record.defaultActions],
});

const checkPort = (protocol: string | undefined, port: number | undefined): number => {
  if (protocol !== 'HTTP')
    throw invalidConfiguration(
      `listener protocol '${protocol ?? ''}' is not supported by the local cloud: needed 'HTTP'`,
    );
  if (port === undefined || port < 1 || port > 65_535)
    throw validationError(`Port '${port ?? ''}' must be between '1' and '65535' inclusive`);
  return port;
};

const portRefusal = (port: number, error: unknown): AwsError => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error);
  if (code === 'EADDRINUSE')
    return invalidConfiguration(
      `listener port ${port} of 127.0.0.1 is already in use on this host: choose another`,
    );
  if (code === 'EACCES')
    return invalidConfiguration(
      `listener port ${port} needs more rights than the local cloud has on this host: choose one from 1024`,
    );
  return invalidConfiguration(`listener port ${port} of 127.0.0.1 cannot be opened: ${String(code)}`);
};

const open = async ({ traffic }: ElbScope, record: ListenerRecord): Promise<void> => {
  try {
    await traffic.openListener(record);
  } catch (error) {
    throw portRefusal(record.port, error);
  }
};

/** Finds a listener or throws ListenerNotFound. */
export const findListener = ({ records }: ElbScope, arn: string | undefined): ListenerRecord => {
  const record = records.listeners.get(arn ?? '');
  if (record === undefined) throw listenerNotFound(arn ?? '');
  return record;
};

/** Creates a listener and opens its port on 127.0.0.1. */
export const createListener = async (
  scope: ElbScope,
  input: CreateListenerCommandInput,
): Promise<Out<CreateListenerCommandOutput>> => {
  const { context, records, traffic } = scope;
  const balancer = records.loadBalancers.get(input.LoadBalancerArn ?? '');
  if (balancer === undefined) throw loadBalancerNotFound(input.LoadBalancerArn ?? '');
  const port = checkPort(input.Protocol, input.Port);
  const defaultActions = checkActions(scope, balancer.arn, input.DefaultActions);
  const siblings = records.listeners.list().filter(({ loadBalancerArn }) => loadBalancerArn === balancer.arn);
  const same = siblings.find((listener) => listener.port === port);
  if (same !== undefined) {
    if (JSON.stringify(same.defaultActions) !== JSON.stringify(defaultActions))
      throw duplicateListener(balancer.arn);
    return { Listeners: [present(same)] };
  }
  if (siblings.length >= LISTENERS_PER_LOAD_BALANCER) throw tooMany('Listeners', LISTENERS_PER_LOAD_BALANCER);
  const arn = `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${context.random.hex(16)}`;
  const record: ListenerRecord = {
    arn,
    loadBalancerArn: balancer.arn,
    port,
    defaultRuleArn: `${arn.replace(':listener/', ':listener-rule/')}/${context.random.hex(16)}`,
    defaultActions,
    tags: checkTags(input.Tags),
  };
  await open(scope, record);
  records.listeners.put(arn, record);
  traffic.refreshTargets();
  return { Listeners: [present(record)] };
};

/** Lists the listeners of a load balancer, or those of the ARNs. */
export const describeListeners = (
  scope: ElbScope,
  input: DescribeListenersCommandInput,
): Out<DescribeListenersCommandOutput> => {
  const { records } = scope;
  if (input.ListenerArns !== undefined && input.ListenerArns.length > 0)
    return { Listeners: input.ListenerArns.map((arn) => present(findListener(scope, arn))) };
  if (input.LoadBalancerArn === undefined)
    throw validationError('You must specify either listener ARNs or a load balancer ARN');
  if (records.loadBalancers.get(input.LoadBalancerArn) === undefined)
    throw loadBalancerNotFound(input.LoadBalancerArn);
  const all = records.listeners
    .list()
    .filter(({ loadBalancerArn }) => loadBalancerArn === input.LoadBalancerArn);
  const { items, ...page } = pageOf(all, input);
  return { Listeners: items.map(present), ...page };
};

/** Changes a listener's port or replaces its whole list of default actions. */
export const modifyListener = async (
  scope: ElbScope,
  input: ModifyListenerCommandInput,
): Promise<Out<ModifyListenerCommandOutput>> => {
  const { records, traffic } = scope;
  const record = findListener(scope, input.ListenerArn);
  const port = checkPort(input.Protocol ?? 'HTTP', input.Port ?? record.port);
  const changed: ListenerRecord = {
    ...record,
    port,
    defaultActions:
      input.DefaultActions === undefined
        ? record.defaultActions
        : checkActions(scope, record.loadBalancerArn, input.DefaultActions),
  };
  if (port !== record.port) {
    const taken = records.listeners
      .list()
      .some((other) => other.loadBalancerArn === record.loadBalancerArn && other.port === port);
    if (taken) throw duplicateListener(record.loadBalancerArn);
    await traffic.closeListener(record.arn);
    try {
      await open(scope, changed);
    } catch (error) {
      await open(scope, record);
      throw error;
    }
  }
  records.listeners.put(record.arn, changed);
  traffic.routeListener(record.arn);
  traffic.refreshTargets();
  return { Listeners: [present(changed)] };
};

/** Takes a listener and its rules away and closes its port. */
export const removeListener = async (scope: ElbScope, record: ListenerRecord): Promise<void> => {
  const { context, records, traffic } = scope;
  context.store.transaction(() => {
    for (const rule of records.rules.list())
      if (rule.listenerArn === record.arn) records.rules.delete(rule.arn);
    records.listeners.delete(record.arn);
  });
  await traffic.closeListener(record.arn);
};

/** Deletes a listener with its rules. */
export const deleteListener = async (
  scope: ElbScope,
  input: DeleteListenerCommandInput,
): Promise<Record<string, never>> => {
  await removeListener(scope, findListener(scope, input.ListenerArn));
  scope.traffic.refreshTargets();
  return {};
};
