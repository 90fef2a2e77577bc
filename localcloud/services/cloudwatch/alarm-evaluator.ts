import { alarmReason, alarmReasonData } from './alarm-reason.ts';
import type { EvaluatedPoint } from './alarm-reason.ts';
import type { AlarmRecord, AlarmSettings } from './alarm-record.ts';
import { alarmPeriodSeconds, alarmQueries } from './alarm-record.ts';
import { moveAlarm } from './alarm-transition.ts';
import { comparisonOf, evaluateAlarm, evaluationRange } from './evaluate-alarm.ts';
import type { AlarmRule } from './evaluate-alarm.ts';
import type { MetricStore } from './metric-store.ts';
import { runQueries } from './metric-queries.ts';
import type { CloudWatchScope } from './scope.ts';

/** Evaluates alarms when new periods are complete. */
export interface AlarmEvaluator {
  /** Evaluates what is due now. */
  evaluateDue(): void;
  /** Has an alarm evaluated with the next turn, because it was changed. */
  reconsider(alarmName: string): void;
}

// The last values of a period arrive up to a second after its end.
const LATE_MILLISECONDS = 2_000;

const ruleOf = (settings: AlarmSettings): AlarmRule => {
  const { EvaluationPeriods: evaluationPeriods = 1, Threshold: threshold = 0 } = settings;
  const compare = comparisonOf(settings.ComparisonOperator) ?? (() => false);
  return {
    evaluationPeriods,
    datapointsToAlarm: settings.DatapointsToAlarm ?? evaluationPeriods,
    treatMissingData: (settings.TreatMissingData ?? 'missing') as AlarmRule['treatMissingData'],
    breaches: (value) => compare(value, threshold),
  };
};

const pointsOf = (settings: AlarmSettings, until: number, metrics: MetricStore): EvaluatedPoint[] => {
  const period = alarmPeriodSeconds(settings) * 1_000;
  const range = evaluationRange(settings.EvaluationPeriods ?? 1);
  const from = until - range * period;
  const [result] = runQueries(alarmQueries(settings), { from, until }, metrics);
  return Array.from({ length: range }, (_, index) => {
    const at = from + index * period;
    return { at, value: result?.points.get(at) };
  });
};

/** Creates the evaluator: alarms of whole minutes are due every minute, others every ten seconds, as in AWS. */
export const createAlarmEvaluator = (scope: CloudWatchScope): AlarmEvaluator => {
  const { context, alarms, metrics } = scope;
  const done = new Map<string, number>();

  const evaluate = (record: AlarmRecord, until: number): void => {
    const { settings, state } = record;
    const points = pointsOf(settings, until, metrics);
    const value = evaluateAlarm(
      points.map((point) => point.value),
      ruleOf(settings),
      state.value,
    );
    if (value === state.value) return;
    const reason = alarmReason(value, state.value, points, settings);
    moveAlarm(scope, record, {
      value,
      reason,
      reasonData: alarmReasonData(context.clock.now(), points, settings),
    });
  };
  return {
    evaluateDue: () => {
      const now = context.clock.now() - LATE_MILLISECONDS;
      for (const record of alarms.list()) {
        const grain = alarmPeriodSeconds(record.settings) < 60 ? 10_000 : 60_000;
        const until = Math.floor(now / grain) * grain;
        if (done.get(record.name) === until) continue;
        done.set(record.name, until);
        try {
          evaluate(record, until);
        } catch (error) {
          context.log('error', 'an alarm could not be evaluated', {
            alarm: record.name,
            error: String(error),
          });
        }
      }
    },
    reconsider: (name) => {
      done.delete(name);
    },
  };
};
