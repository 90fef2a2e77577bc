import { createHash } from 'node:crypto';
import { openSync, readSync } from 'node:fs';
import { EBSClient, StartSnapshotCommand, PutSnapshotBlockCommand, CompleteSnapshotCommand } from '@aws-sdk/client-ebs';
import * as E from '@aws-sdk/client-ec2';
import { startLocalCloud } from '/work/main/localcloud/cloud.ts';
import { createEbs } from '/work/main/localcloud/services/ebs/index.ts';
import { createEc2 } from '/work/main/localcloud/services/ec2/index.ts';
const disk = process.argv[2] ?? '/tmp/ec2w/img/disk.raw';
const dir = process.argv[3] ?? '/tmp/ec2w/cloud';
const t0 = Date.now();
const log = (...a: unknown[]) => console.log(((Date.now()-t0)/1000).toFixed(2), ...a);
const cloud = await startLocalCloud({ stateDir: dir, port: 0, services: [createEbs, createEc2], log: (l, m, f) => log(l, m, JSON.stringify(f)) });
const cfg = { endpoint: cloud.endpointUrl, region: 'eu-central-1', credentials: cloud.rootCredentials, maxAttempts: 1 };
const ebs = new EBSClient(cfg); const ec2 = new E.EC2Client(cfg);
const wait = async (f: () => Promise<boolean>) => { while (!(await f())) await new Promise(r => setTimeout(r, 100)); };
let imageId = (await ec2.send(new E.DescribeImagesCommand({ Owners: ['self'] }))).Images?.[0]?.ImageId;
if (!imageId) {
  const s = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1, ClientToken: 'a', Timeout: 10, Tags: [{ Key: 'k', Value: 'v' }] }));
  const fd = openSync(disk, 'r'); let n = 0; const agg = createHash('sha256');
  for (let i = 0; i < 2048; i++) {
    const b = Buffer.alloc(524288); readSync(fd, b, 0, 524288, i * 524288);
    if (b.every(x => x === 0)) continue;
    const raw = createHash('sha256').update(b).digest(); agg.update(raw); n++;
    await ebs.send(new PutSnapshotBlockCommand({ SnapshotId: s.SnapshotId, BlockIndex: i, BlockData: b, DataLength: 524288, Checksum: raw.toString('base64'), ChecksumAlgorithm: 'SHA256' }));
  }
  log('put', n);
  await ebs.send(new CompleteSnapshotCommand({ SnapshotId: s.SnapshotId, ChangedBlocksCount: n, Checksum: agg.digest('base64'), ChecksumAggregationMethod: 'LINEAR', ChecksumAlgorithm: 'SHA256' }));
  await E.waitUntilSnapshotCompleted({ client: ec2, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { SnapshotIds: [s.SnapshotId!] });
  const child = await ebs.send(new StartSnapshotCommand({ VolumeSize: 2, ParentSnapshotId: s.SnapshotId }));
  await ebs.send(new CompleteSnapshotCommand({ SnapshotId: child.SnapshotId, ChangedBlocksCount: 0 }));
  await wait(async () => (await ec2.send(new E.DescribeSnapshotsCommand({ SnapshotIds: [child.SnapshotId!] }))).Snapshots?.[0]?.State === 'completed');
  imageId = (await ec2.send(new E.RegisterImageCommand({ Name: 'test', Architecture: 'x86_64', VirtualizationType: 'hvm', EnaSupport: true, RootDeviceName: '/dev/xvda', BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: child.SnapshotId } }] }))).ImageId;
  await wait(async () => (await ec2.send(new E.DescribeImagesCommand({ ImageIds: [imageId!] }))).Images?.[0]?.State === 'available');
}
const have = (await ec2.send(new E.DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }))).Reservations ?? [];
log('have', have.flatMap(r => r.Instances?.map(i => [i.InstanceId, i.State?.Name])));
const r = have.length ? have[0]! : await ec2.send(new E.RunInstancesCommand({ ImageId: imageId, InstanceType: 't3.nano', MinCount: 1, MaxCount: 1, UserData: Buffer.from('A=1').toString('base64'), MetadataOptions: { HttpTokens: 'required' }, TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'x' }] }] }));
const id = r.Instances![0]!.InstanceId!;
log('ran', id, r.Instances![0]!.State);
let a; await wait(async () => (a = await cloud.context.backplane.resolve(id, 8080)) !== undefined);
log('address', a);
await wait(async () => fetch(`http://127.0.0.1:${a!.port}/`).then(async r => { log(r.status, (await r.text()).slice(0,900)); return true; }, () => false));
log(JSON.stringify((await ec2.send(new E.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations?.[0]?.Instances?.[0]));
log(Buffer.from((await ec2.send(new E.GetConsoleOutputCommand({ InstanceId: id }))).Output!, 'base64').toString().slice(-30));
const mode = process.argv[4] ?? 'stop';
if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
if (mode === 'terminate') {
  log((await ec2.send(new E.TerminateInstancesCommand({ InstanceIds: [id] }))).TerminatingInstances);
  await wait(async () => (await ec2.send(new E.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations?.[0]?.Instances?.[0]?.State?.Name === 'terminated');
  log('terminated');
}
await cloud.stop(); log('stopped');
