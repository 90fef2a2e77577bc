import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface ScheduleGroup {
  readonly Name?: string;
  readonly Tags?: readonly Tag[];
}

const made = async (Name: string, { peers, call }: ResourceScope): Promise<MadeResource> => {
  const group = await peers.scheduler.GetScheduleGroup({ Name }, call);
  return {
    physicalId: Name,
    attributes: {
      Arn: group.Arn,
      State: group.State,
      CreationDate: group.CreationDate?.toISOString(),
      LastModificationDate: group.LastModificationDate?.toISOString(),
    },
  };
};

/** `AWS::Scheduler::ScheduleGroup` */
export const schedulerScheduleGroup = resourceType<ScheduleGroup>({
  type: 'AWS::Scheduler::ScheduleGroup',
  properties: { Name: 'string', Tags: tagsShape },
  required: [],
  replacing: ['Name'],
  attributes: ['Arn', 'CreationDate', 'LastModificationDate', 'State'],
  create: async (properties, scope) => {
    const Name = properties.Name ?? scope.generateName(64);
    const Tags = scope.tags(properties.Tags);
    await scope.peers.scheduler.CreateScheduleGroup({ Name, Tags }, scope.call);
    return made(Name, scope);
  },
  update: async (name, { Tags }, previous, scope) => {
    const { scheduler } = scope.peers;
    const { Arn: ResourceArn } = await scheduler.GetScheduleGroup({ Name: name }, scope.call);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await scheduler.UntagResource({ ResourceArn, TagKeys: gone }, scope.call);
    await scheduler.TagResource({ ResourceArn, Tags: scope.tags(Tags) }, scope.call);
    return made(name, scope);
  },
  delete: async (name, _, scope) => {
    await scope.peers.scheduler.DeleteScheduleGroup({ Name: name }, scope.call);
  },
});
