import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface LogGroup {
  readonly LogGroupName?: string;
  readonly RetentionInDays?: number;
  readonly Tags?: readonly Tag[];
}

const setRetention = async (
  logGroupName: string,
  days: number | undefined,
  { peers, call }: ResourceScope,
): Promise<void> => {
  if (days === undefined) await peers.logs.DeleteRetentionPolicy({ logGroupName }, call);
  else await peers.logs.PutRetentionPolicy({ logGroupName, retentionInDays: days }, call);
};

const arnOf = (name: string, { context }: ResourceScope): string =>
  `arn:aws:logs:${context.region}:${context.accountId}:log-group:${name}`;

const made = (name: string, scope: ResourceScope): MadeResource => ({
  physicalId: name,
  attributes: { Arn: `${arnOf(name, scope)}:*` },
});

const tagMap = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** `AWS::Logs::LogGroup` */
export const logsLogGroup = resourceType<LogGroup>({
  type: 'AWS::Logs::LogGroup',
  properties: { LogGroupName: 'string', RetentionInDays: 'number', Tags: tagsShape },
  required: [],
  replacing: ['LogGroupName'],
  ignored: ['KmsKeyId', 'LogGroupClass', 'DataProtectionPolicy'],
  attributes: ['Arn'],
  create: async (properties, scope) => {
    const name = properties.LogGroupName ?? scope.generateName(512);
    await scope.peers.logs.CreateLogGroup(
      { logGroupName: name, tags: tagMap(scope.tags(properties.Tags)) },
      scope.call,
    );
    scope.started(name);
    if (properties.RetentionInDays !== undefined) await setRetention(name, properties.RetentionInDays, scope);
    return made(name, scope);
  },
  update: async (name, properties, previous, scope) => {
    await setRetention(name, properties.RetentionInDays, scope);
    const resourceArn = arnOf(name, scope);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await scope.peers.logs.UntagResource({ resourceArn, tagKeys: gone }, scope.call);
    await scope.peers.logs.TagResource(
      { resourceArn, tags: tagMap(scope.tags(properties.Tags)) },
      scope.call,
    );
    return made(name, scope);
  },
  delete: async (name, _, scope) => {
    await scope.peers.logs.DeleteLogGroup({ logGroupName: name }, scope.call);
  },
});
