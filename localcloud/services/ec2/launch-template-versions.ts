import type {
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import type { Ec2State } from './deps.ts';
import { findLaunchTemplate } from './launch-templates.ts';
import { pageOf } from './page.ts';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from './records.ts';

/** The version that `$Latest`, `$Default`, a number or nothing (the default) names. */
export const findVersion = (
  template: LaunchTemplateRecord,
  version: string | undefined,
): LaunchTemplateVersionRecord => {
  const wanted =
    version === undefined || version === '$Default'
      ? template.defaultVersion
      : version === '$Latest'
        ? template.latestVersion
        : Number(version);
  const found = template.versions.find((candidate) => candidate.version === wanted);
  if (found === undefined) {
    throw new AwsError('InvalidLaunchTemplateId.VersionNotFound', 'Could not find launch template version');
  }
  return found;
};

const toVersion = (
  template: LaunchTemplateRecord,
  { version, description, createdAt, data }: LaunchTemplateVersionRecord,
): LaunchTemplateVersion => ({
  LaunchTemplateId: template.launchTemplateId,
  LaunchTemplateName: template.name,
  VersionNumber: version,
  VersionDescription: description,
  CreateTime: new Date(createdAt),
  CreatedBy: template.createdBy,
  DefaultVersion: version === template.defaultVersion,
  LaunchTemplateData: data,
});

/** Adds a version, on top of a source version's data when one is named. */
export const createLaunchTemplateVersion = (
  input: CreateLaunchTemplateVersionRequest,
  state: Ec2State,
): CreateLaunchTemplateVersionResult => {
  const template = findLaunchTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
  const source = input.SourceVersion === undefined ? {} : findVersion(template, input.SourceVersion).data;
  const version: LaunchTemplateVersionRecord = {
    version: template.latestVersion + 1,
    createdAt: state.context.clock.now(),
    data: { ...source, ...input.LaunchTemplateData },
    ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
  };
  const changed: LaunchTemplateRecord = {
    ...template,
    latestVersion: version.version,
    versions: [...template.versions, version],
  };
  state.launchTemplates.put(template.launchTemplateId, changed);
  return { LaunchTemplateVersion: toVersion(changed, version) };
};

const selected = (
  template: LaunchTemplateRecord,
  input: DescribeLaunchTemplateVersionsRequest,
): LaunchTemplateVersionRecord[] => {
  if (input.Versions !== undefined) return input.Versions.map((version) => findVersion(template, version));
  const from = Number(input.MinVersion ?? 1);
  const to = Number(input.MaxVersion ?? template.latestVersion);
  return template.versions.filter(({ version }) => version >= from && version <= to);
};

/** Describes versions of one launch template, newest first; or the `$Latest` or `$Default` ones of all. */
export const describeLaunchTemplateVersions = (
  input: DescribeLaunchTemplateVersionsRequest,
  state: Ec2State,
): DescribeLaunchTemplateVersionsResult => {
  const named = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined;
  const templates = named
    ? [findLaunchTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName)]
    : state.launchTemplates.list();
  const versions = templates.flatMap((template) =>
    selected(template, input)
      .toSorted((a, b) => b.version - a.version)
      .map((version) => toVersion(template, version)),
  );
  const { page, nextToken } = pageOf(
    versions,
    ({ LaunchTemplateId, VersionNumber }) => `${LaunchTemplateId} ${VersionNumber}`,
    input,
  );
  return { LaunchTemplateVersions: page, NextToken: nextToken };
};

/** Deletes versions; the default one stays and is reported as not deleted. */
export const deleteLaunchTemplateVersions = (
  input: DeleteLaunchTemplateVersionsRequest,
  state: Ec2State,
): DeleteLaunchTemplateVersionsResult => {
  const template = findLaunchTemplate(state, input.LaunchTemplateId, input.LaunchTemplateName);
  const wanted = new Set((input.Versions ?? []).map((version) => findVersion(template, version).version));
  const keepsDefault = wanted.delete(template.defaultVersion);
  const versions = template.versions.filter(({ version }) => !wanted.has(version));
  state.launchTemplates.put(template.launchTemplateId, {
    ...template,
    versions,
    latestVersion: Math.max(...versions.map(({ version }) => version)),
  });
  const named = { LaunchTemplateId: template.launchTemplateId, LaunchTemplateName: template.name };
  return {
    SuccessfullyDeletedLaunchTemplateVersions: [...wanted].map((VersionNumber) => ({
      ...named,
      VersionNumber,
    })),
    UnsuccessfullyDeletedLaunchTemplateVersions: keepsDefault
      ? [
          {
            ...named,
            VersionNumber: template.defaultVersion,
            ResponseError: {
              Code: 'unexpectedError',
              Message: 'The default version of a launch template cannot be deleted',
            },
          },
        ]
      : [],
  };
};
