import type { CloudContext } from '../../../cloud-context.ts';
import { validationError } from '../errors.ts';
import type { Incarnation, StackRecord, Template } from '../model.ts';
import { evaluateConditions, pruneBranches } from './conditions.ts';
import type { ResolveScope } from './intrinsics.ts';
import { parameterRef } from './parameters.ts';

/** Where a template is evaluated: its stack and what of its resources exists. */
export interface TemplatePlace {
  readonly context: Pick<CloudContext, 'region' | 'accountId'>;
  readonly stack: Pick<StackRecord, 'stackId' | 'name' | 'parameters'>;
  incarnation(logicalId: string): Incarnation | undefined;
  exported(name: string): string | undefined;
}

const pseudoParameters = ({ context, stack }: TemplatePlace): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>([
    ['AWS::AccountId', context.accountId],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', context.region],
    ['AWS::StackId', stack.stackId],
    ['AWS::StackName', stack.name],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);

/** Everything that a template's intrinsic functions can see in a stack. */
export const templateScope = (template: Template, place: TemplatePlace): ResolveScope => {
  const pseudo = pseudoParameters(place);
  const base = {
    ref: (name: string): unknown => {
      const parameter = template.Parameters[name];
      const value = place.stack.parameters.find(({ key }) => key === name);
      if (parameter !== undefined && value !== undefined) return parameterRef(parameter.Type, value);
      return pseudo.get(name) ?? place.incarnation(name)?.physicalId;
    },
    attribute: (logicalId: string, attribute: string): unknown => {
      const value = place.incarnation(logicalId)?.attributes[attribute];
      if (value === undefined) {
        throw validationError(`Template error: resource ${logicalId} has no attribute ${attribute}`);
      }
      return value;
    },
    mapping: (map: string, top: string, second: string): unknown => template.Mappings[map]?.[top]?.[second],
    zones: (region: string) => ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    exported: (name: string) => place.exported(name),
  };
  const conditions = evaluateConditions(template.Conditions, base);
  const condition = (name: string): boolean => {
    const value = conditions.get(name);
    if (value === undefined) throw validationError(`Template error: unresolved condition ${name}`);
    return value;
  };
  return { ...base, condition };
};

/** The template without what its conditions leave out: resources, outputs and branches of `Fn::If`. */
export const applyConditions = (
  template: Template,
  { condition }: Pick<ResolveScope, 'condition'>,
): Template => {
  const kept = <T extends { readonly Condition?: string }>(
    section: Readonly<Record<string, T>>,
  ): Record<string, T> =>
    Object.fromEntries(
      Object.entries(section)
        .filter(([, member]) => member.Condition === undefined || condition(member.Condition))
        .map(([key, member]) => [key, pruneBranches(member, condition) as T]),
    );
  return { ...template, Resources: kept(template.Resources), Outputs: kept(template.Outputs) };
};
