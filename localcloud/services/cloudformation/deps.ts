import type { CloudContext } from '../../cloud-context.ts';
import type { StackStore } from './stack-store.ts';
import type { ResourceTypes } from './template/check-template.ts';

/** What CloudFormation works on. */
export interface CloudFormationDeps {
  readonly context: CloudContext;
  readonly store: StackStore;
  readonly types: ResourceTypes;
}
