import type {
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  LogGroup,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { CloudContext } from '../../cloud-context.ts';
import { invalidParameter, logGroupExists, logGroupNotFound } from './errors.ts';
import type { GroupRow, LogStore } from './log-store.ts';
import { pageOf } from './page.ts';

/** What the operations of CloudWatch Logs work on. */
export interface LogsDeps {
  readonly context: CloudContext;
  readonly logs: LogStore;
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** `arn:aws:logs:<region>:<account>:log-group:<name>`, without the `:*` that covers its streams. */
export const logGroupArn = (context: Pick<CloudContext, 'region' | 'accountId'>, name: string): string =>
  `arn:aws:logs:${context.region}:${context.accountId}:log-group:${name}`;

/** The group's name out of a name or an ARN. */
export const logGroupName = (nameOrArn: string | undefined): string =>
  (nameOrArn ?? '').replace(/^arn:aws:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');

/** The group, or AWS's error. */
export const findGroup = (deps: LogsDeps, nameOrArn: string | undefined): GroupRow => {
  const group = deps.logs.group(logGroupName(nameOrArn));
  if (group === undefined) throw logGroupNotFound();
  return group;
};

/** Creates a log group. */
export const createLogGroup = (deps: LogsDeps, input: CreateLogGroupCommandInput): Record<string, never> => {
  const name = input.logGroupName ?? '';
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  }
  if (deps.logs.group(name) !== undefined) throw logGroupExists();
  deps.logs.putGroup({
    name,
    created: deps.context.clock.now(),
    retention_days: null,
    tags: JSON.stringify(input.tags ?? {}),
  });
  return {};
};

/** Deletes a log group with all its streams and events. */
export const deleteLogGroup = (deps: LogsDeps, input: DeleteLogGroupCommandInput): Record<string, never> => {
  const { name } = findGroup(deps, input.logGroupName);
  deps.context.store.transaction(() => deps.logs.deleteGroup(name));
  return {};
};

/** Sets for how many days a group keeps its events. */
export const putRetentionPolicy = (
  deps: LogsDeps,
  input: PutRetentionPolicyCommandInput,
): Record<string, never> => {
  const group = findGroup(deps, input.logGroupName);
  const days = input.retentionInDays ?? 0;
  if (!retentionDays.includes(days)) {
    throw invalidParameter(`retentionInDays must be one of ${retentionDays.join(', ')}, got ${days}`);
  }
  deps.logs.putGroup({ ...group, retention_days: days });
  return {};
};

/** Lets a group keep its events for ever. */
export const deleteRetentionPolicy = (
  deps: LogsDeps,
  input: { logGroupName: string | undefined },
): Record<string, never> => {
  deps.logs.putGroup({ ...findGroup(deps, input.logGroupName), retention_days: null });
  return {};
};

const describe = (deps: LogsDeps, group: GroupRow): LogGroup => {
  const arn = logGroupArn(deps.context, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.created,
    ...(group.retention_days === null ? {} : { retentionInDays: group.retention_days }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupClass: 'STANDARD',
    storedBytes: deps.logs.streams(group.name).reduce((sum, stream) => sum + stream.bytes, 0),
  };
};

/** Lists log groups by name prefix or pattern. */
export const describeLogGroups = (
  deps: LogsDeps,
  input: DescribeLogGroupsCommandInput,
): Omit<DescribeLogGroupsCommandOutput, '$metadata'> => {
  const matching = deps.logs
    .groups()
    .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ''))
    .filter(({ name }) => name.toLowerCase().includes((input.logGroupNamePattern ?? '').toLowerCase()));
  const page = pageOf(matching, input.nextToken, input.limit ?? 50);
  return {
    logGroups: page.items.map((group) => describe(deps, group)),
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
};

/** Removes events that are past their group's retention. */
export const expireEvents = (deps: LogsDeps): void => {
  const now = deps.context.clock.now();
  for (const group of deps.logs.groups()) {
    if (group.retention_days !== null) deps.logs.expire(group.name, now - group.retention_days * 86_400_000);
  }
};
