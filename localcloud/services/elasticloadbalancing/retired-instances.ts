import type { CloudContext } from '../../cloud-context.ts';
import { targetRecordKey } from './records.ts';
import type { ElbRecords, TargetRecord } from './records.ts';

/**
 * Takes targets out of their groups whose instance is terminated, as AWS does when an instance ends without having been
 * deregistered. Answers whether any was taken out.
 */
export const forgetRetiredInstances = async (
  context: CloudContext,
  records: ElbRecords,
  suspects: readonly TargetRecord[],
): Promise<boolean> => {
  if (suspects.length === 0) return false;
  const ids = [...new Set(suspects.map(({ id }) => id))];
  const { Reservations = [] } = await context.peers.ec2.DescribeInstances(
    { Filters: [{ Name: 'instance-id', Values: ids }] },
    context.asService('elasticloadbalancing.amazonaws.com'),
  );
  const alive = new Set(
    Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId }) => InstanceId),
  );
  const retired = suspects.filter(({ id }) => !alive.has(id));
  for (const target of retired) {
    records.targets.delete(targetRecordKey(target));
    context.log('info', 'target of a terminated instance taken out', { target: target.id });
  }
  return retired.length > 0;
};
