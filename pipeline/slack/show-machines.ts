import { chaosKey } from '../chaos/chaos-record.ts';
import type { ChaosRecord } from '../chaos/chaos-record.ts';
import { budgetKey } from '../disruption/budget-record.ts';
import type { BudgetRecord } from '../disruption/budget-record.ts';
import { endedMachineKey } from '../machine/ended-machine.ts';
import type { EndedMachine } from '../machine/ended-machine.ts';
import type { EnvironmentRecord, InstanceId } from '../model.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { chaosMessage } from './chaos-message.ts';
import { endedMachineMessage, isUnplanned } from './ended-machine-message.ts';
import { holdMessage, recyclingMessage } from './recycling-message.ts';
import { showMessage } from './show-message.ts';
import type { ShowMessageDeps } from './show-message.ts';

/** An event of the bus about machines, as far as a message needs it. */
export interface MachineNews {
  readonly announcement: string;
  readonly app?: string | undefined;
  readonly environment?: string | undefined;
  readonly killId?: string | undefined;
  readonly instanceId?: string | undefined;
}

/** A reason of `hold-reason.ts`. */
const SWITCHED_OFF = 'switched off';

/** Whether an announcement is about machines and not about a release. */
export const isAboutMachines = (announcement: string): boolean =>
  /^(?:recycling|chaos|machine)\./.test(announcement);

/** Says that machines of an app cannot be replaced, until they are; what nobody was told of is not called over. */
export const showRecycling = (
  app: string,
  environment: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> =>
  showMessage(
    {
      subject: { kind: 'recycling', app, id: environment },
      channel,
      render: async () => {
        const record = await deps.documents.read<EnvironmentRecord>(environmentKey(environment, app));
        const { message, isOver } = recyclingMessage({ app, environment, recycling: record?.recycling });
        return { message, worthPosting: !isOver, isLast: isOver };
      },
    },
    deps,
  );

const showHold = (environment: string, channel: string, deps: ShowMessageDeps): Promise<void> =>
  showMessage(
    {
      subject: { kind: 'holds', app: environment, id: 'recycling' },
      channel,
      render: async () => {
        const record = await deps.documents.read<BudgetRecord>(budgetKey(environment));
        const { message, isOver } = holdMessage(environment, record?.held);
        // Who switched it off knows, every night; nothing runs there that could grow old.
        const isNews = !isOver && record?.held?.reason !== SWITCHED_OFF;
        return { message, worthPosting: isNews, isLast: isOver };
      },
    },
    deps,
  );

const showChaos = (
  { announcement, environment = '', killId = '' }: MachineNews,
  app: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> =>
  showMessage(
    {
      subject: { kind: 'chaos', app, id: killId },
      channel,
      render: async () => {
        const record = await deps.documents.read<ChaosRecord>(chaosKey(environment));
        const message = chaosMessage(record, killId, announcement === 'chaos.unrecovered');
        return message === undefined ? undefined : { message, worthPosting: true };
      },
    },
    deps,
  );

const showEnded = async (
  { environment = '', instanceId = '' }: MachineNews,
  app: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> => {
  const key = endedMachineKey({ environment, app, instanceId: instanceId as InstanceId });
  const machine = await deps.documents.read<EndedMachine>(key);
  if (machine === undefined || !isUnplanned(machine)) return;
  const hour = machine.endedAt.slice(0, 13);
  const subject = { kind: 'machines', app, id: `${environment}/${machine.reason}/${hour}` } as const;
  const message = endedMachineMessage(machine);
  await showMessage(
    { subject, channel, render: () => Promise.resolve({ message, worthPosting: true }) },
    deps,
  );
};

/** Shows what an event about machines is about: nothing that is only routine. */
export const showMachines = (
  news: MachineNews,
  channel: string,
  deps: ShowMessageDeps,
): readonly Promise<void>[] => {
  const { announcement, app, environment } = news;
  if (environment === undefined) return [];
  const [subject] = announcement.split('.');
  if (subject === 'recycling') {
    // Any of them may be the first to come after what was told is over: another one may be lost.
    const hold = showHold(environment, channel, deps);
    return app === undefined ? [hold] : [hold, showRecycling(app, environment, channel, deps)];
  }
  if (app === undefined) return [];
  if (subject === 'chaos') return [showChaos(news, app, channel, deps)];
  return [showEnded(news, app, channel, deps)];
};
