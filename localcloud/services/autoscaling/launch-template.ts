import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../errors.ts';
import { validationError } from './errors.ts';
import type { TemplateRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

/** The template that a specification means now: `$Latest` and `$Default` become a number. */
export const resolveTemplate = async (
  scope: AutoScalingScope,
  template: Pick<LaunchTemplateSpecification, 'LaunchTemplateId' | 'LaunchTemplateName' | 'Version'>,
): Promise<TemplateRecord> => {
  const { LaunchTemplateId, LaunchTemplateName, Version = '$Default' } = template;
  const { LaunchTemplateVersions = [] } = await scope.context.peers.ec2.DescribeLaunchTemplateVersions(
    {
      ...(LaunchTemplateId === undefined ? { LaunchTemplateName } : { LaunchTemplateId }),
      Versions: [Version],
    },
    asAutoScaling(scope),
  );
  const [found] = LaunchTemplateVersions;
  if (found?.LaunchTemplateId === undefined || found.VersionNumber === undefined)
    throw validationError(
      `You must use a valid fully-formed launch template. Version '${Version}' of '${LaunchTemplateId ?? LaunchTemplateName}' was not found`,
    );
  return {
    id: found.LaunchTemplateId,
    name: found.LaunchTemplateName ?? LaunchTemplateName ?? '',
    version: String(found.VersionNumber),
  };
};

/** Checks a group's launch template and keeps the version as it was given. */
export const checkTemplate = async (
  scope: AutoScalingScope,
  given: LaunchTemplateSpecification,
): Promise<TemplateRecord> => {
  if ((given.LaunchTemplateId === undefined) === (given.LaunchTemplateName === undefined))
    throw validationError('Valid requests must contain either launchTemplateId or LaunchTemplateName');
  try {
    const resolved = await resolveTemplate(scope, given);
    return { ...resolved, version: given.Version ?? '$Default' };
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw new AwsError(
      'ValidationError',
      `You must use a valid fully-formed launch template. ${error.message}`,
      {
        cause: error,
      },
    );
  }
};
