import type { Ec2State } from './deps.ts';
import { inBackground } from './deps.ts';

/** How long a new image stays `pending` at least, in milliseconds: a caller that does not wait for it should notice here. */
const PENDING_MILLISECONDS = 150;

/** Publishes `EC2 AMI State Change` (EC2 user guide, "Monitor AMI events"). */
export const publishImageState = (
  state: Ec2State,
  imageId: string,
  name: 'available' | 'deregistered',
): void => {
  const { region, backplane, random } = state.context;
  backplane.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 AMI State Change',
    resources: [`arn:aws:ec2:${region}::image/${imageId}`],
    detail: { RequestId: random.uuid(), ImageId: imageId, State: name, ErrorMessage: '' },
  });
};

const becomeAvailable = async (state: Ec2State, imageId: string): Promise<void> => {
  const registered = state.images.get(imageId);
  if (registered === undefined) return;
  // The first launch then finds its disk put together. One that cannot be is that launch's to tell.
  const disk = state.snapshots.materialise(registered.rootSnapshotId).catch(() => undefined);
  await Promise.all([state.context.clock.delay(PENDING_MILLISECONDS), disk]);
  const image = state.images.get(imageId);
  if (image?.state !== 'pending') return;
  state.context.store.transaction(() => {
    state.images.put(imageId, { ...image, state: 'available' });
    publishImageState(state, imageId, 'available');
  });
};

/** Lets a pending image become available; also at start, for those that a crash left pending. */
export const finishPending = (state: Ec2State, imageId: string): void =>
  inBackground(state, 'registration of an image', becomeAvailable(state, imageId));
