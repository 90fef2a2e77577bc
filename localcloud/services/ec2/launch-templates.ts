import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  LaunchTemplate,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import type { Ec2State } from './deps.ts';
import { missingParameter } from './errors.ts';
import { applyFilters } from './filters.ts';
import { pageOf } from './page.ts';
import type { LaunchTemplateRecord } from './records.ts';
import { addTags, forgetTags, tagList, tagsFor, tagsOf } from './tags.ts';

const NAME = /^[A-Za-z0-9().\-/_]{3,128}$/;

/** The launch template of an id or a name, or EC2's error for an unknown one. */
export const findLaunchTemplate = (
  state: Ec2State,
  id: string | undefined,
  name: string | undefined,
): LaunchTemplateRecord => {
  if (id === undefined && name === undefined)
    throw missingParameter('LaunchTemplateId or LaunchTemplateName');
  const template =
    id === undefined
      ? state.launchTemplates.list().find((candidate) => candidate.name === name)
      : state.launchTemplates.get(id);
  if (template !== undefined) return template;
  if (id === undefined) {
    throw new AwsError(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  }
  throw new AwsError(
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
};

/** A launch template as EC2 describes it. */
export const toLaunchTemplate = (state: Ec2State, template: LaunchTemplateRecord): LaunchTemplate => ({
  LaunchTemplateId: template.launchTemplateId,
  LaunchTemplateName: template.name,
  CreateTime: new Date(template.createdAt),
  CreatedBy: template.createdBy,
  DefaultVersionNumber: template.defaultVersion,
  LatestVersionNumber: template.latestVersion,
  Tags: tagList(tagsOf(state, template.launchTemplateId)),
});

/** Creates a launch template with its first version. */
export const createLaunchTemplate = (
  input: CreateLaunchTemplateRequest,
  state: Ec2State,
  call: Call,
): CreateLaunchTemplateResult => {
  const name = input.LaunchTemplateName ?? '';
  if (!NAME.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      `A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.`,
    );
  }
  if (state.launchTemplates.list().some((template) => template.name === name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  }
  const now = state.context.clock.now();
  const template: LaunchTemplateRecord = {
    launchTemplateId: `lt-${state.context.random.hex(17)}`,
    name,
    createdAt: now,
    createdBy: call.caller.arn,
    defaultVersion: 1,
    latestVersion: 1,
    versions: [
      {
        version: 1,
        createdAt: now,
        data: input.LaunchTemplateData ?? {},
        ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
      },
    ],
  };
  const tags = tagsFor(input.TagSpecifications, 'launch-template');
  state.context.store.transaction(() => {
    state.launchTemplates.put(template.launchTemplateId, template);
    addTags(state, template.launchTemplateId, tags);
  });
  return { LaunchTemplate: toLaunchTemplate(state, template) };
};

/** Describes launch templates. */
export const describeLaunchTemplates = (
  input: DescribeLaunchTemplatesRequest,
  state: Ec2State,
): DescribeLaunchTemplatesResult => {
  for (const id of input.LaunchTemplateIds ?? []) findLaunchTemplate(state, id, undefined);
  for (const name of input.LaunchTemplateNames ?? []) findLaunchTemplate(state, undefined, name);
  const templates = applyFilters(
    state.launchTemplates
      .list()
      .filter(
        ({ launchTemplateId, name }) =>
          (input.LaunchTemplateIds?.includes(launchTemplateId) ?? true) &&
          (input.LaunchTemplateNames?.includes(name) ?? true),
      ),
    input.Filters,
    {
      'launch-template-name': ({ name }) => [name],
      'create-time': ({ createdAt }) => [new Date(createdAt).toISOString()],
    },
    ({ launchTemplateId }) => tagsOf(state, launchTemplateId),
  );
  const { page, nextToken } = pageOf(templates, ({ launchTemplateId }) => launchTemplateId, input);
  return { LaunchTemplates: page.map((template) => toLaunchTemplate(state, template)), NextToken: nextToken };
};

/** Sets the default version of a launch template. */
export const modifyLaunchTemplate = (
  input: ModifyLaunchTemplateRequest,
  state: Ec2State,
): ModifyLaunchTemplateResult => {
  const template = findLaunchTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
  const version = Number(input.DefaultVersion ?? template.defaultVersion);
  if (!template.versions.some((candidate) => candidate.version === version)) {
    throw new AwsError('InvalidLaunchTemplateId.VersionNotFound', 'Could not find launch template version');
  }
  const changed = { ...template, defaultVersion: version };
  state.launchTemplates.put(template.launchTemplateId, changed);
  return { LaunchTemplate: toLaunchTemplate(state, changed) };
};

/** Deletes a launch template with all its versions; instances made from it go on. */
export const deleteLaunchTemplate = (
  input: DeleteLaunchTemplateRequest,
  state: Ec2State,
): DeleteLaunchTemplateResult => {
  const template = findLaunchTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
  const answer = { LaunchTemplate: toLaunchTemplate(state, template) };
  state.context.store.transaction(() => {
    state.launchTemplates.delete(template.launchTemplateId);
    forgetTags(state, template.launchTemplateId);
  });
  return answer;
};
