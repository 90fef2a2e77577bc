import { DeleteSnapshotCommand, DeregisterImageCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';

const RELEASED_WITHIN_SECONDS = 60;

const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof EC2ServiceException && names.includes(error.name);

/** Deregisters the image; one that is gone already is fine. */
export const deregisterImage = async (imageId: string, ec2: EC2Client): Promise<void> => {
  try {
    await ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
  } catch (error) {
    if (!isNamed(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable')) throw error;
  }
};

/** Deletes the snapshot; one that is gone already is fine. The image it belonged to may hold it for a while. */
export const deleteSnapshot = async (
  snapshotId: string,
  deps: { readonly ec2: EC2Client; readonly clock: Clock },
): Promise<void> => {
  let refusal: unknown;
  const deleted = await poll(
    deps.clock,
    { intervalMilliseconds: 2000, timeoutMilliseconds: RELEASED_WITHIN_SECONDS * 1000 },
    async () => {
      try {
        await deps.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
        return true;
      } catch (error) {
        if (isNamed(error, 'InvalidSnapshot.NotFound')) return true;
        if (!isNamed(error, 'InvalidSnapshot.InUse')) throw error;
        refusal = error;
        return undefined;
      }
    },
  );
  if (deleted === undefined) throw refusal;
};
