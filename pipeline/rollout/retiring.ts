import type { EnvironmentRecord } from '../model.ts';

/** Notes that the release's machines must go, unless it is what serves. */
export const markRetiring = (record: EnvironmentRecord, releaseId: string): EnvironmentRecord =>
  record.current?.releaseId === releaseId || record.retiring?.includes(releaseId) === true
    ? record
    : { ...record, retiring: [...(record.retiring ?? []), releaseId] };

/** Notes that nothing is left of them. */
export const markRetired = (record: EnvironmentRecord, releaseId: string): EnvironmentRecord => {
  const { retiring = [], ...rest } = record;
  const left = retiring.filter((id) => id !== releaseId);
  return left.length === 0 ? rest : { ...rest, retiring: left };
};
