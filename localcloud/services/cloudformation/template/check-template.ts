import { validationError } from '../errors.ts';
import type { Template, TemplateResource } from '../model.ts';
import { coerce, PropertyError } from '../property-shape.ts';
import type { ResourceType } from '../resource-type.ts';
import { dependencyOrder } from './dependency-order.ts';
import { referencesIn } from './references.ts';

/** The resource types that templates may use. */
export type ResourceTypes = ReadonlyMap<string, ResourceType>;

const attributesOfResource = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
];

/** The names in `DependsOn`. */
export const dependsOn = ({ DependsOn }: TemplateResource): readonly string[] =>
  DependsOn === undefined ? [] : typeof DependsOn === 'string' ? [DependsOn] : DependsOn;

/** What each resource depends on, by reference or by `DependsOn`, among the template's resources. */
export const resourceDependencies = ({ Resources }: Template): Map<string, string[]> =>
  new Map(
    Object.entries(Resources).map(([logicalId, resource]) => {
      const names = [
        ...dependsOn(resource),
        ...referencesIn(resource.Properties ?? {}).map(({ name }) => name),
      ];
      return [logicalId, [...new Set(names.filter((name) => Object.hasOwn(Resources, name)))]];
    }),
  );

const checkTypes = ({ Resources }: Template, types: ResourceTypes): void => {
  const unknown = [...new Set(Object.values(Resources).map(({ Type }) => Type))].filter(
    (type) => !types.has(type),
  );
  if (unknown.length > 0) {
    throw validationError(
      `Template format error: Unrecognized resource types: [${unknown.join(', ')}] (the local cloud knows ${[...types.keys()].join(', ')})`,
    );
  }
};

const checkResource = (logicalId: string, resource: TemplateResource, types: ResourceTypes): void => {
  const fail = (problem: string): never => {
    throw validationError(`Template error: resource ${logicalId} (${resource.Type}): ${problem}`);
  };
  const extra = Object.keys(resource).filter((name) => !attributesOfResource.includes(name));
  if (extra.length > 0) fail(`the local cloud does not support ${extra.join(', ')}`);
  const type = types.get(resource.Type);
  if (type === undefined) return;
  const given = resource.Properties ?? {};
  const missing = type.required.filter((name) => given[name] === undefined);
  if (missing.length > 0) fail(`Properties validation failed: missing ${missing.join(', ')}`);
  try {
    coerce({ ...type.properties, ...ignoredShapes(type) }, given, '');
  } catch (error) {
    if (error instanceof PropertyError) fail(error.message);
    throw error;
  }
};

/** Shapes of the properties that are taken without effect. */
export const ignoredShapes = ({ ignored }: ResourceType): Record<string, 'json'> =>
  Object.fromEntries((ignored ?? []).map((name) => [name, 'json']));

const checkReferences = (template: Template, where: string, value: unknown, types: ResourceTypes): void => {
  for (const { name, attribute } of referencesIn(value)) {
    const resource = template.Resources[name];
    if (resource === undefined) {
      if (attribute === undefined && (name.startsWith('AWS::') || template.Parameters[name] !== undefined))
        continue;
      throw validationError(
        `Template format error: Unresolved resource dependencies [${name}] in the ${where} block of the template`,
      );
    }
    const known = types.get(resource.Type)?.attributes ?? [];
    if (attribute !== undefined && !known.includes(attribute)) {
      throw validationError(
        `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt (the local cloud knows ${known.join(', ')})`,
      );
    }
  }
};

/**
 * Refuses a template that could not work, before anything is created: unknown types, properties and attributes,
 * references into nothing, circles. Conditions are applied already.
 */
export const checkTemplate = (template: Template, types: ResourceTypes): void => {
  checkTypes(template, types);
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    checkResource(logicalId, resource, types);
    checkReferences(template, 'Resources', resource.Properties ?? {}, types);
    const absent = dependsOn(resource).filter((name) => template.Resources[name] === undefined);
    if (absent.length > 0) {
      throw validationError(
        `Template format error: Unresolved resource dependencies [${absent.join(', ')}] in the Resources block of the template`,
      );
    }
  }
  for (const output of Object.values(template.Outputs)) checkReferences(template, 'Outputs', output, types);
  dependencyOrder(resourceDependencies(template));
};

/** The capability that a template's IAM resources need, as CloudFormation asks for it. */
export const neededCapability = ({ Resources }: Template): string | undefined => {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return undefined;
  const named = iam.some(({ Properties = {} }) =>
    ['RoleName', 'InstanceProfileName'].some((name) => Properties[name] !== undefined),
  );
  return named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
};
