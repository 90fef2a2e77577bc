import type { InstanceRecord, TemplateRecord } from './records.ts';

const countByZone = (instances: readonly InstanceRecord[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { subnet } of instances) counts.set(subnet.zone, (counts.get(subnet.zone) ?? 0) + 1);
  return counts;
};

const byAge = (template: TemplateRecord) => {
  const isCurrent = (instance: InstanceRecord): number =>
    instance.template.id === template.id && instance.template.version === template.version ? 1 : 0;
  return (left: InstanceRecord, right: InstanceRecord): number =>
    isCurrent(left) - isCurrent(right) ||
    Number(left.template.version) - Number(right.template.version) ||
    left.launchedAt - right.launchedAt;
};

/**
 * Whom a scale-in terminates, by the default termination policy: the zone with the most instances, there the oldest launch
 * template, then the oldest instance. Instances protected from scale-in are never chosen.
 */
export const chooseVictims = (
  instances: readonly InstanceRecord[],
  count: number,
  template: TemplateRecord,
): InstanceRecord[] => {
  let remaining = [...instances];
  const victims: InstanceRecord[] = [];
  while (victims.length < count) {
    const zones = countByZone(remaining);
    const [victim] = remaining
      .filter((instance) => !instance.protected)
      .toSorted(
        (left, right) =>
          (zones.get(right.subnet.zone) ?? 0) - (zones.get(left.subnet.zone) ?? 0) ||
          byAge(template)(left, right),
      );
    if (victim === undefined) break;
    victims.push(victim);
    remaining = remaining.filter((instance) => instance !== victim);
  }
  return victims;
};
