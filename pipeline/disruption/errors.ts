import { PipelineError } from '../errors.ts';

/** The environment's disruption budget is spent; the next plan tries again. */
export class BudgetSpentError extends PipelineError {
  constructor(environment: string, disrupted: number, allowed: number) {
    super(
      'BudgetSpent',
      `'${environment}' has ${disrupted} of at most ${allowed} machines out of service by Kiln's doing already`,
    );
  }
}

/** The group's machines may not be replaced now; the reason is for people. */
export class NotRecyclableError extends PipelineError {
  readonly reason: string;

  constructor(app: string, environment: string, reason: string) {
    super('NotRecyclable', `machines of '${app}' in '${environment}' are not replaced: ${reason}`);
    this.reason = reason;
  }
}

/** Between two batches recycling made way for a rollout; what it replaced is done. */
export class RecyclingYieldedError extends PipelineError {
  constructor(app: string, environment: string) {
    super('RecyclingYielded', `recycling of '${app}' in '${environment}' made way for a rollout`);
  }
}

/** No zone that keeps the balance has room for the replacements. */
export class NoCapacityError extends PipelineError {
  constructor(groupName: string, zone: string, reason: string) {
    super('NoCapacity', `no replacement could be launched for group '${groupName}' in '${zone}': ${reason}`);
  }
}

/** Machines that were replaced still finish their requests; try again. */
export class MachinesStillEndingError extends PipelineError {
  constructor(groupName: string, instanceIds: readonly string[]) {
    super(
      'MachinesStillEnding',
      `${instanceIds.length} machines of '${groupName}' still end: ${instanceIds.join(', ')}`,
    );
  }
}

/** Chaos may not act now; the reason is one of its checks. */
export class ChaosRefusedError extends PipelineError {
  readonly check: string;

  constructor(app: string, environment: string, check: string, detail: string) {
    super('ChaosRefused', `no machine of '${app}' in '${environment}' is killed: ${detail}`);
    this.check = check;
  }
}

/** A group has not got all of its machines healthy again; try again. */
export class GroupNotWholeError extends PipelineError {
  constructor(groupName: string, healthy: number, desired: number) {
    super('GroupNotWhole', `group '${groupName}' has ${healthy} of ${desired} machines healthy`);
  }
}
