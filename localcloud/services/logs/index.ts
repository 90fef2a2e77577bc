import * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './events.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  expireEvents,
  logGroupArn,
  logGroupName,
  putRetentionPolicy,
} from './groups.ts';
import { openLogStore } from './log-store.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './streams.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

/** CloudWatch Logs: groups, streams, events in SQLite tables of their own. */
export const createLogs = (context: CloudContext): Service => {
  const deps = { context, logs: openLogStore(context.store.database) };
  const ofGroup = (input: {
    logGroupName?: string | undefined;
    logGroupIdentifier?: string | undefined;
  }): string[] => [`${logGroupArn(context, logGroupName(input.logGroupName ?? input.logGroupIdentifier))}:*`];
  const ofStream = (input: {
    logGroupName?: string | undefined;
    logStreamName: string | undefined;
  }): string[] => [
    `${logGroupArn(context, logGroupName(input.logGroupName))}:log-stream:${input.logStreamName ?? ''}`,
  ];

  return defineService(Logs, {
    name: 'logs',
    signingName: 'logs',
    protocol: 'json-1.1',
    target: 'Logs_20140328',
    version: '2014-03-28',
  })(
    {
      CreateLogGroup: (input) => createLogGroup(deps, input),
      DeleteLogGroup: (input) => deleteLogGroup(deps, input),
      DescribeLogGroups: (input) => describeLogGroups(deps, input),
      PutRetentionPolicy: (input) => putRetentionPolicy(deps, input),
      DeleteRetentionPolicy: (input) => deleteRetentionPolicy(deps, input),
      CreateLogStream: (input) => createLogStream(deps, input),
      DeleteLogStream: (input) => deleteLogStream(deps, input),
      DescribeLogStreams: (input) => describeLogStreams(deps, input),
      PutLogEvents: (input) => putLogEvents(deps, input),
      GetLogEvents: (input) => getLogEvents(deps, input),
      FilterLogEvents: (input) => filterLogEvents(deps, input),
      TagResource: (input) => tagResource(deps, input),
      UntagResource: (input) => untagResource(deps, input),
      ListTagsForResource: (input) => listTagsForResource(deps, input),
    },
    {
      resources: {
        CreateLogGroup: ofGroup,
        DeleteLogGroup: ofGroup,
        PutRetentionPolicy: ofGroup,
        DeleteRetentionPolicy: ofGroup,
        CreateLogStream: ofGroup,
        DescribeLogStreams: ofGroup,
        FilterLogEvents: ofGroup,
        PutLogEvents: ofStream,
        GetLogEvents: ofStream,
      },
      lifecycle: {
        start: async () => {
          expireEvents(deps);
        },
      },
    },
  );
};
