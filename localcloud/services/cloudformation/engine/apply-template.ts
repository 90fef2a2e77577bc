import type { CloudFormationDeps } from '../deps.ts';
import type { OutputValue, StackRecord, Template } from '../model.ts';
import { resourceDependencies } from '../template/check-template.ts';
import { dependencyOrder } from '../template/dependency-order.ts';
import type { ResolveScope } from '../template/intrinsics.ts';
import { resolve } from '../template/intrinsics.ts';
import { applyResource, ResourceFailedError } from './apply-resource.ts';
import { stackTemplate } from './stack-template.ts';

const outputsOf = (template: Template, scope: ResolveScope): OutputValue[] =>
  Object.entries(template.Outputs).map(([key, output]) => ({
    key,
    value: String(resolve(output.Value, scope)),
    ...(output.Description === undefined ? {} : { description: output.Description }),
    ...(output.Export === undefined ? {} : { exportName: String(resolve(output.Export.Name, scope)) }),
  }));

/**
 * Makes a stack's resources what its template says, each after those it depends on and beside those it does not. After a
 * failure nothing new begins; what runs is waited for, and the first failure is thrown.
 */
export const applyTemplate = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  signal: AbortSignal,
): Promise<OutputValue[]> => {
  const { template, scope } = stackTemplate(deps, stack);
  const dependencies = resourceDependencies(template);
  const tasks = new Map<string, Promise<void>>();
  const failures: ResourceFailedError[] = [];

  const run = async (logicalId: string): Promise<void> => {
    const dependsOn = dependencies.get(logicalId) ?? [];
    await Promise.all(dependsOn.map(async (name) => tasks.get(name)));
    const resource = template.Resources[logicalId];
    if (resource === undefined || failures.length > 0 || signal.aborted) return;
    try {
      await applyResource(deps, stack, { logicalId, resource, dependsOn, scope });
    } catch (error) {
      if (!(error instanceof ResourceFailedError)) throw error;
      failures.push(error);
    }
  };

  for (const logicalId of dependencyOrder(dependencies)) tasks.set(logicalId, run(logicalId));
  await Promise.all(tasks.values());
  if (failures[0] !== undefined) throw failures[0];
  return signal.aborted ? [] : outputsOf(template, scope);
};
