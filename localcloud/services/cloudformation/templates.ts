import type {
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryCommandOutput,
  ValidateTemplateCommandInput,
  ValidateTemplateCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationDeps } from './deps.ts';
import { validationError } from './errors.ts';
import type { Template } from './model.ts';
import { neededCapability } from './template/check-template.ts';
import { isHidden } from './template/parameters.ts';
import { parseTemplate } from './template/parse-template.ts';
import { templateSource } from './template-source.ts';

/** The template of a stack, as it was given. */
export const getTemplate = (
  { store }: CloudFormationDeps,
  input: GetTemplateCommandInput,
): Omit<GetTemplateCommandOutput, '$metadata'> => ({
  TemplateBody: store.find(input.StackName).templateBody,
  StagesAvailable: ['Original', 'Processed'],
});

const parametersOf = (template: Template): NonNullable<ValidateTemplateCommandOutput['Parameters']> =>
  Object.entries(template.Parameters).map(([key, parameter]) => ({
    ParameterKey: key,
    ...(parameter.Default === undefined ? {} : { DefaultValue: String(parameter.Default) }),
    NoEcho: isHidden(parameter),
    ...(parameter.Description === undefined ? {} : { Description: parameter.Description }),
  }));

/** Reads a template and says what it needs; like AWS, without looking into its resources. */
export const validateTemplate = async (
  deps: CloudFormationDeps,
  input: ValidateTemplateCommandInput,
): Promise<Omit<ValidateTemplateCommandOutput, '$metadata'>> => {
  const body = await templateSource(deps, input);
  if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  const template = parseTemplate(body);
  const capability = neededCapability(template);
  return {
    Parameters: parametersOf(template),
    ...(template.Description === undefined ? {} : { Description: template.Description }),
    Capabilities:
      capability === 'CAPABILITY_IAM' || capability === 'CAPABILITY_NAMED_IAM' ? [capability] : [],
  };
};

/** What a template, or the template of a stack, needs and holds. */
export const getTemplateSummary = async (
  deps: CloudFormationDeps,
  input: GetTemplateSummaryCommandInput,
): Promise<Omit<GetTemplateSummaryCommandOutput, '$metadata'>> => {
  const TemplateBody =
    input.StackName === undefined ? undefined : deps.store.find(input.StackName).templateBody;
  const source = TemplateBody === undefined ? input : { TemplateBody };
  const { Parameters, ...summary } = await validateTemplate(deps, source);
  const template = parseTemplate((await templateSource(deps, source)) ?? '');
  return {
    ...summary,
    Parameters: (Parameters ?? []).map((parameter) => ({
      ...parameter,
      ParameterType: template.Parameters[parameter.ParameterKey ?? '']?.Type,
    })),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
  };
};
