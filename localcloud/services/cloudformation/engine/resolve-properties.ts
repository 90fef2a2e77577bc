import type { CloudFormationDeps } from '../deps.ts';
import { validationError } from '../errors.ts';
import type { Json, TemplateResource } from '../model.ts';
import { coerce } from '../property-shape.ts';
import type { ResourceType } from '../resource-type.ts';
import { ignoredShapes } from '../template/check-template.ts';
import type { ResolveScope } from '../template/intrinsics.ts';
import { resolve } from '../template/intrinsics.ts';

const dynamicReference = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}/g;

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
const fetchReference = async (
  { context }: CloudFormationDeps,
  service: string,
  name: string,
): Promise<string> => {
  if (service !== 'ssm') {
    throw validationError(
      `the local cloud resolves {{resolve:ssm:…}} only, got {{resolve:${service}:${name}}}`,
    );
  }
  const { Parameter } = await context.peers.ssm.GetParameter(
    { Name: name },
    context.asService('cloudformation.amazonaws.com'),
  );
  return Parameter?.Value ?? '';
};

const resolveDynamic = async (deps: CloudFormationDeps, value: unknown): Promise<unknown> => {
  if (typeof value === 'string') {
    let text = value;
    for (const [whole, service = '', name = ''] of value.matchAll(dynamicReference)) {
      text = text.replace(whole, await fetchReference(deps, service, name));
    }
    return text;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamic(deps, item)));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    async ([key, member]) => [key, await resolveDynamic(deps, member)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
};

/** A resource's properties with functions and dynamic references resolved, and scalars as its type wants them. */
export const resolveProperties = async (
  deps: CloudFormationDeps,
  type: ResourceType,
  resource: TemplateResource,
  scope: ResolveScope,
): Promise<Json> => {
  const resolved = await resolveDynamic(deps, resolve(resource.Properties ?? {}, scope));
  return coerce({ ...type.properties, ...ignoredShapes(type) }, resolved, '') as Json;
};
