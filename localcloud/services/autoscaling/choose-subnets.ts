import type { InstanceRecord, SubnetRecord } from './records.ts';

/** Where the next `count` instances go: always the subnet whose zone has the fewest; in the group's order when equal. */
export const chooseSubnets = (
  subnets: readonly SubnetRecord[],
  instances: readonly Pick<InstanceRecord, 'subnet'>[],
  count: number,
): SubnetRecord[] => {
  const occupied = instances.map(({ subnet }) => subnet);
  const chosen: SubnetRecord[] = [];
  const load = (subnet: SubnetRecord): number => {
    const all = [...occupied, ...chosen];
    const inZone = all.filter(({ zone }) => zone === subnet.zone).length;
    const inSubnet = all.filter(({ id }) => id === subnet.id).length;
    return inZone * 1_000 + inSubnet;
  };
  while (chosen.length < count) {
    const [next] = subnets.toSorted((left, right) => load(left) - load(right));
    if (next === undefined) break;
    chosen.push(next);
  }
  return chosen;
};
