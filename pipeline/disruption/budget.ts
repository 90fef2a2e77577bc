import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { DeployedEnvironment, DisruptionPolicy } from '../environments/environment.ts';
import { BudgetSpentError } from './errors.ts';
import { isRunning } from '../rollout/is-running.ts';
import { budgetKey } from './budget-record.ts';
import type { BudgetRecord, Disruption } from './budget-record.ts';

export interface BudgetDeps {
  readonly documents: DocumentStore;
  readonly states: SFNClient;
  readonly clock: Clock;
}

/** Machines that somebody wants to take out of service, of `total` that the environment has. */
export interface BudgetRequest extends Omit<Disruption, 'since'> {
  readonly total: number;
}

/** How many of `total` machines may be out of service by Kiln's doing at once; at least the policy's number. */
export const allowedDisruption = (
  { machines, percent }: Pick<DisruptionPolicy, 'machines' | 'percent'>,
  total: number,
): number => Math.max(machines, Math.floor((total * percent) / 100));

/** Machines that these disruptions take out of service together. */
export const disruptedMachines = (disruptions: readonly Disruption[]): number =>
  disruptions.reduce((sum, { machines }) => sum + machines, 0);

const living = async (disruptions: readonly Disruption[], states: SFNClient): Promise<Disruption[]> => {
  const runs = await Promise.all(disruptions.map(({ executionArn }) => isRunning(executionArn, states)));
  return disruptions.filter((_, index) => runs[index] === true);
};

/**
 * What is out of service in the environment by Kiln's doing now, without what `me`, an execution, has of it; an owner that no
 * longer runs has lost its part.
 */
export const readBudget = async (
  environment: string,
  { documents, states, clock }: BudgetDeps,
  me?: string,
): Promise<BudgetRecord> => {
  const found = await documents.read<BudgetRecord>(budgetKey(environment));
  if (found === undefined) return { environment, updatedAt: clock.now().toISOString(), disruptions: [] };
  const others = found.disruptions.filter(({ executionArn }) => executionArn !== me);
  return { ...found, disruptions: await living(others, states) };
};

/**
 * Takes a part of the environment's budget, in the place of what the execution had before.
 * @throws BudgetSpentError when it would be more than the environment allows
 */
export const takeBudget = async (
  { name, disruption }: Pick<DeployedEnvironment, 'name' | 'disruption'>,
  { total, ...request }: BudgetRequest,
  { documents, states, clock }: BudgetDeps,
): Promise<void> => {
  const allowed = allowedDisruption(disruption, total);
  const now = clock.now().toISOString();
  await documents.update<BudgetRecord>(budgetKey(name), async (found) => {
    const record = found ?? { environment: name, updatedAt: now, disruptions: [] };
    const isMine = ({ executionArn }: Disruption): boolean => executionArn === request.executionArn;
    const mine = record.disruptions.find(isMine);
    const others = await living(
      record.disruptions.filter((other) => !isMine(other)),
      states,
    );
    const disrupted = disruptedMachines(others);
    if (disrupted + request.machines > allowed) throw new BudgetSpentError(name, disrupted, allowed);
    const since = mine?.since ?? now;
    return { ...record, updatedAt: now, disruptions: [...others, { ...request, since }] };
  });
};

/** Gives back what the execution has of the environment's budget, if anything. */
export const giveBudgetBack = async (
  environment: string,
  executionArn: string,
  { documents, clock }: Pick<BudgetDeps, 'documents' | 'clock'>,
): Promise<void> => {
  await documents.update<BudgetRecord>(budgetKey(environment), (found) => {
    const left = found?.disruptions.filter((other) => other.executionArn !== executionArn) ?? [];
    if (found === undefined || left.length === found.disruptions.length) return undefined;
    return { ...found, updatedAt: clock.now().toISOString(), disruptions: left };
  });
};
