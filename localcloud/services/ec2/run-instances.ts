import { createHash } from 'node:crypto';
import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { Firmware } from '../../hypervisor/driver.ts';
import type { Call } from '../../service.ts';
import type { Ec2Deps, Ec2State } from './deps.ts';
import { toReservations } from './describe-instances.ts';
import { idempotentParameterMismatch, invalidParameter } from './errors.ts';
import { findInstanceProfile } from './instance-profile.ts';
import { publishState } from './instance-state.ts';
import { findInstanceType } from './instance-types.ts';
import { checkImage, checkUserData, chooseGroups, chooseSubnet } from './launch-checks.ts';
import { launchParameters } from './launch-parameters.ts';
import type { LaunchParameters } from './launch-parameters.ts';
import { freeAddress } from './network.ts';
import type { SubnetFacts } from './network.ts';
import type { ImageRecord, InstanceRecord, MetadataOptionsRecord } from './records.ts';
import { addTags, tagsFor } from './tags.ts';

/** EC2 starts an instance without a type as this one. */
const DEFAULT_TYPE = 'm1.small';

interface Launch {
  readonly parameters: LaunchParameters;
  readonly image: ImageRecord;
  readonly type: string;
  readonly subnet: SubnetFacts;
  readonly securityGroupIds: readonly string[];
  readonly instanceProfile: InstanceRecord['instanceProfile'];
  readonly count: number;
}

const metadataOptions = ({ parameters, image }: Launch): MetadataOptionsRecord => {
  const given = parameters.MetadataOptions ?? {};
  // An image with IMDS support v2.0 makes tokens required and lets an answer travel two hops (RegisterImage).
  const strict = image.imdsSupport === 'v2.0';
  return {
    httpTokens: given.HttpTokens ?? (strict ? 'required' : 'optional'),
    httpEndpoint: given.HttpEndpoint ?? 'enabled',
    hopLimit: given.HttpPutResponseHopLimit ?? (strict ? 2 : 1),
    instanceMetadataTags: given.InstanceMetadataTags ?? 'disabled',
  };
};

const createRecords = (launch: Launch, ids: readonly string[], state: Ec2State): InstanceRecord[] => {
  const { parameters, image, subnet } = launch;
  const { random, clock } = state.context;
  const reservationId = `r-${random.hex(17)}`;
  const taken = new Set(
    state.instances
      .list()
      .filter((instance) => instance.state !== 'terminated')
      .map(({ privateIp }) => privateIp),
  );
  return ids.map((instanceId, amiLaunchIndex): InstanceRecord => {
    const privateIp = freeAddress(subnet, taken);
    taken.add(privateIp);
    return {
      instanceId,
      reservationId,
      amiLaunchIndex,
      state: 'pending',
      stateTransitionReason: '',
      imageId: image.imageId,
      architecture: image.architecture,
      rootDeviceName: image.rootDeviceName,
      instanceType: launch.type,
      subnetId: subnet.subnetId,
      zone: subnet.zone,
      privateIp,
      securityGroupIds: launch.securityGroupIds,
      volumeId: `vol-${random.hex(17)}`,
      networkInterfaceId: `eni-${random.hex(17)}`,
      launchedAt: clock.now(),
      shutdownBehavior: parameters.InstanceInitiatedShutdownBehavior ?? 'stop',
      disableApiTermination: parameters.DisableApiTermination ?? false,
      metadataOptions: metadataOptions(launch),
      ...(image.bootMode === undefined ? {} : { bootMode: image.bootMode }),
      ...(parameters.KeyName === undefined ? {} : { keyName: parameters.KeyName }),
      ...(parameters.ClientToken === undefined ? {} : { clientToken: parameters.ClientToken }),
      ...(parameters.UserData === undefined ? {} : { userData: parameters.UserData }),
      ...(launch.instanceProfile === undefined ? {} : { instanceProfile: launch.instanceProfile }),
    };
  });
};

/** How the next instance of an image boots: through the firmware until one has shown that it works. */
const chooseFirmware = (state: Ec2State, imageId: string): Firmware => {
  const image = state.images.get(imageId);
  const proof = state.options.firmwareProof;
  if (image === undefined || proof === 'never' || (proof === 'first-boot' && image.firmwareProven))
    return 'direct';
  state.images.put(imageId, { ...image, firmwareProven: true });
  return image.bootMode === 'uefi' ? 'uefi' : 'bios';
};

const prepareLaunch = async (input: RunInstancesRequest, state: Ec2State, call: Call): Promise<Launch> => {
  const { MinCount: min = 1, MaxCount: max = 1 } = input;
  if (min < 1 || max < min) {
    throw invalidParameter(`Invalid value '${min}' for min/max count: 1 ≤ MinCount ≤ MaxCount is needed`);
  }
  const parameters = await launchParameters(input, state);
  const type = findInstanceType(parameters.InstanceType ?? DEFAULT_TYPE);
  checkUserData(parameters.UserData);
  return {
    parameters,
    type: type.name,
    count: max,
    image: checkImage(state, parameters.ImageId, type),
    subnet: chooseSubnet(state, parameters),
    securityGroupIds: chooseGroups(state, parameters),
    instanceProfile: await findInstanceProfile(parameters.IamInstanceProfile, state, call),
  };
};

const store = (
  launch: Launch,
  records: readonly InstanceRecord[],
  tokenParameters: string,
  state: Ec2State,
): void => {
  const { TagSpecifications: specifications, ClientToken: token } = launch.parameters;
  const instanceTags = tagsFor(specifications, 'instance');
  const volumeTags = tagsFor(specifications, 'volume');
  state.context.store.transaction(() => {
    for (const record of records) {
      state.instances.put(record.instanceId, record);
      addTags(state, record.instanceId, instanceTags);
      addTags(state, record.volumeId, volumeTags);
      publishState(state, record);
    }
    const image = state.images.get(launch.image.imageId);
    if (image !== undefined) {
      state.images.put(image.imageId, { ...image, lastLaunchedAt: state.context.clock.now() });
    }
    const reservationId = records[0]?.reservationId;
    if (token !== undefined && reservationId !== undefined) {
      state.launchTokens.put(token, { parameters: tokenParameters, reservationId });
    }
  });
};

const reservationOf = (state: Ec2State, reservationId: string): Reservation => {
  const records = state.instances.list().filter((instance) => instance.reservationId === reservationId);
  return toReservations(state, records)[0] ?? { ReservationId: reservationId, Instances: [] };
};

const launchNow = async (
  input: RunInstancesRequest,
  tokenParameters: string,
  deps: Ec2Deps,
  call: Call,
): Promise<Reservation> => {
  const launch = await prepareLaunch(input, deps, call);
  const ids = Array.from({ length: launch.count }, () => `i-${deps.context.random.hex(17)}`);
  for (const id of ids) await deps.machines.prepare(id, launch.image.rootSnapshotId);
  // Nothing is awaited from here until the instances are stored: another launch would get the same addresses.
  const records = createRecords(launch, ids, deps);
  store(launch, records, tokenParameters, deps);
  for (const { instanceId } of records) {
    deps.machines.boot(instanceId, chooseFirmware(deps, launch.image.imageId));
  }
  return reservationOf(deps, records[0]?.reservationId ?? '');
};

/**
 * Launches instances. They are `pending` in the answer; a machine that cannot be started becomes `terminated` with
 * `Server.InternalError`, as a failed launch does on EC2. The same client token launches once.
 */
export const runInstances = async (
  input: RunInstancesRequest,
  deps: Ec2Deps,
  call: Call,
): Promise<Reservation> => {
  const tokenParameters = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const token = input.ClientToken;
  if (token === undefined) return launchNow(input, tokenParameters, deps, call);
  while (deps.launching.has(token)) await deps.launching.get(token)?.catch(() => undefined);
  const used = deps.launchTokens.get(token);
  if (used !== undefined) {
    if (used.parameters !== tokenParameters) throw idempotentParameterMismatch();
    return reservationOf(deps, used.reservationId);
  }
  const launching = launchNow(input, tokenParameters, deps, call).finally(() => deps.launching.delete(token));
  deps.launching.set(token, launching);
  return launching;
};
