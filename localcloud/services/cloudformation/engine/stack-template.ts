import type { CloudFormationDeps } from '../deps.ts';
import type { StackRecord, Template } from '../model.ts';
import type { ResolveScope } from '../template/intrinsics.ts';
import { parseTemplate } from '../template/parse-template.ts';
import { applyConditions, templateScope } from '../template/template-scope.ts';

/** A stack's template with its conditions applied, and the scope in which its functions resolve. */
export const stackTemplate = (
  { context, store }: CloudFormationDeps,
  stack: Pick<StackRecord, 'stackId' | 'name' | 'parameters' | 'templateBody'>,
): { readonly template: Template; readonly scope: ResolveScope } => {
  const whole = parseTemplate(stack.templateBody);
  const scope = templateScope(whole, {
    context,
    stack,
    incarnation: (logicalId) => store.resource(stack.stackId, logicalId)?.current,
    exported: (name) => store.exported(name),
  });
  return { template: applyConditions(whole, scope), scope };
};
