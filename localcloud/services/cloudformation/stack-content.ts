import type { Capability, Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { CloudFormationDeps } from './deps.ts';
import { stackTemplate } from './engine/stack-template.ts';
import { insufficientCapabilities, reasonOf, validationError } from './errors.ts';
import type { ParameterValue, StackContent, StackRecord } from './model.ts';
import { checkTemplate, neededCapability } from './template/check-template.ts';
import { parameterValues, readsParameterStore } from './template/parameters.ts';
import { parseTemplate } from './template/parse-template.ts';
import { templateSource } from './template-source.ts';

/** The members that CreateStack, UpdateStack and CreateChangeSet share. */
export interface ContentInput {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
  readonly Parameters?: Parameter[] | undefined;
  readonly Capabilities?: Capability[] | undefined;
  readonly Tags?: Tag[] | undefined;
}

const fetchStored = async (
  { context }: CloudFormationDeps,
  parameter: ParameterValue,
): Promise<ParameterValue> => {
  try {
    const { Parameter: stored } = await context.peers.ssm.GetParameter(
      { Name: parameter.value },
      context.asService('cloudformation.amazonaws.com'),
    );
    return { ...parameter, resolved: stored?.Value ?? '' };
  } catch (error) {
    throw validationError(
      `Parameter '${parameter.key}': unable to fetch '${parameter.value}' from AWS Systems Manager Parameter Store: ${reasonOf(error)}`,
    );
  }
};

const capabilityGranted = (needed: string, given: readonly string[]): boolean =>
  given.includes('CAPABILITY_NAMED_IAM') || (needed === 'CAPABILITY_IAM' && given.includes('CAPABILITY_IAM'));

/** Reads and checks the content that a request wants a stack to have; everything wrong with it is refused here. */
export const readContent = async (
  deps: CloudFormationDeps,
  stack: Pick<StackRecord, 'stackId' | 'name'>,
  input: ContentInput,
  previous?: StackContent,
): Promise<Omit<StackContent, 'outputs'>> => {
  const given = await templateSource(deps, input);
  const templateBody = input.UsePreviousTemplate === true ? previous?.templateBody : given;
  if (templateBody === undefined) {
    throw validationError('Either Template URL or Template Body must be specified.');
  }
  const whole = parseTemplate(templateBody);
  const values = parameterValues(whole, input.Parameters ?? [], previous?.parameters ?? []);
  const parameters = await Promise.all(
    values.map(async (value) =>
      readsParameterStore(whole.Parameters[value.key]?.Type ?? '') ? fetchStored(deps, value) : value,
    ),
  );
  const { template } = stackTemplate(deps, { ...stack, templateBody, parameters });
  checkTemplate(template, deps.types);
  const capabilities = input.Capabilities ?? [];
  const needed = neededCapability(template);
  if (needed !== undefined && !capabilityGranted(needed, capabilities))
    throw insufficientCapabilities(needed);
  const tags =
    input.Tags === undefined
      ? (previous?.tags ?? {})
      : Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return { templateBody, parameters, tags, capabilities };
};
