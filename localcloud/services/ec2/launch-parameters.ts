import type { RequestLaunchTemplateData, RunInstancesRequest, TagSpecification } from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { missingParameter } from './errors.ts';
import { findVersion } from './launch-template-versions.ts';
import { findLaunchTemplate } from './launch-templates.ts';

/** What an instance is launched with: the request's own members over those of its launch template. */
export type LaunchParameters = RunInstancesRequest & { readonly ImageId: string };

const templateData = (input: RunInstancesRequest, state: Ec2State): RequestLaunchTemplateData => {
  const { LaunchTemplate: specification } = input;
  if (specification === undefined) return {};
  const template = findLaunchTemplate(
    state,
    specification.LaunchTemplateId,
    specification.LaunchTemplateName,
  );
  return findVersion(template, specification.Version).data;
};

/** Tags of both, the request's winning; one specification per resource type. */
const mergeTags = (
  fromTemplate: readonly TagSpecification[],
  fromRequest: readonly TagSpecification[],
): TagSpecification[] => {
  const byType = Map.groupBy([...fromTemplate, ...fromRequest], ({ ResourceType }) => ResourceType);
  return [...byType].map(([ResourceType, specifications]) => {
    const tags = new Map(specifications.flatMap(({ Tags }) => Tags ?? []).map((tag) => [tag.Key, tag]));
    return { ResourceType, Tags: [...tags.values()] };
  });
};

const resolveImageId = async (imageId: string, state: Ec2State): Promise<string> => {
  if (!imageId.startsWith('resolve:ssm:')) return imageId;
  const { Parameter } = await state.context.peers.ssm.GetParameter(
    { Name: imageId.slice('resolve:ssm:'.length) },
    state.context.asService('ec2.amazonaws.com'),
  );
  return Parameter?.Value ?? '';
};

/** Puts the launch template and the request together; the image may still be a reference to a parameter. */
export const mergeParameters = (input: RunInstancesRequest, state: Ec2State): RunInstancesRequest => {
  const template = templateData(input, state);
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return {
    ...template,
    ...given,
    MetadataOptions: { ...template.MetadataOptions, ...input.MetadataOptions },
    Placement: { ...template.Placement, ...input.Placement },
    TagSpecifications: mergeTags(template.TagSpecifications ?? [], input.TagSpecifications ?? []),
  } as RunInstancesRequest;
};

/** What an instance is launched with, complete. */
export const launchParameters = async (
  input: RunInstancesRequest,
  state: Ec2State,
): Promise<LaunchParameters> => {
  const merged = mergeParameters(input, state);
  if (merged.ImageId === undefined) throw missingParameter('ImageId');
  return { ...merged, ImageId: await resolveImageId(merged.ImageId, state) };
};
