import { readFileSync, rmSync } from 'node:fs';
import { startLocalCloud } from '#localcloud/cloud';
import { defaultServices } from '#localcloud/services';
import { createCloudFormation } from '#localcloud/services/cloudformation/index';
const dir = '/tmp/cfn-state'; if (process.argv[2] !== 'keep') rmSync(dir, { recursive: true, force: true });
const has = defaultServices.some((s)=>s===createCloudFormation);
const cloud = await startLocalCloud({ stateDir: dir, port: 0, services: has ? defaultServices : [...defaultServices, createCloudFormation] });
const { context } = cloud; const { peers } = context; const me = context.asService('test');
const pkg = '/tmp/cfnpkg';
const wait = async () => { for (;;) { const s = (await peers.cloudformation.DescribeStacks({ StackName: 'kiln' }, me)).Stacks![0]!; if (!s.StackStatus!.endsWith('_IN_PROGRESS')) return s; await new Promise((r) => setTimeout(r, 20)); } };
const t0 = performance.now();
try {
  await peers.cloudformation.CreateStack({ StackName: 'kiln', TemplateBody: readFileSync(pkg + '/cloudformation-template-create-stack.json', 'utf8') }, me);
  let s = await wait(); console.log('create', s.StackStatus, s.StackStatusReason, Math.round(performance.now() - t0));
  const bucket = s.Outputs?.find((o) => o.OutputKey === 'ServerlessDeploymentBucketName')?.OutputValue!;
  const state = JSON.parse(readFileSync(pkg + '/serverless-state.json', 'utf8'));
  const t = JSON.parse(readFileSync(pkg + '/cloudformation-template-update-stack.json', 'utf8'));
  for (const r of Object.values<any>(t.Resources)) if (r.Type === 'AWS::Lambda::Function') {
    const key = r.Properties.Code.S3Key; await peers.s3.PutObject({ Bucket: bucket, Key: key, Body: readFileSync(`${pkg}/${key.split('/').pop()}`) as never }, me);
  }
  await peers.s3.PutObject({ Bucket: bucket, Key: 'template.json', Body: Buffer.from(JSON.stringify(t)) as never }, me);
  const vpc = (await peers.ec2.DescribeVpcs({}, me)).Vpcs![0]!.VpcId!; const subnets = (await peers.ec2.DescribeSubnets({}, me)).Subnets!.map((x) => x.SubnetId).join(',');
  const t1 = performance.now();
  const input = { StackName: 'kiln', TemplateURL: `https://s3.amazonaws.com/${bucket}/template.json`, Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const], Parameters: [{ ParameterKey: 'VpcId', ParameterValue: vpc }, { ParameterKey: 'SubnetIds', ParameterValue: subnets }, { ParameterKey: 'DevListenerPort', ParameterValue: '18080' }] };
  await peers.cloudformation.UpdateStack(input, me);
  s = await wait(); console.log('update', s.StackStatus, s.StackStatusReason, Math.round(performance.now() - t1), s.Outputs);
  const res = (await peers.cloudformation.ListStackResources({ StackName: 'kiln' }, me)).StackResourceSummaries!;
  console.log(res.length, res.map((r) => `${r.LogicalResourceId} ${r.PhysicalResourceId} ${r.ResourceStatus} ${r.ResourceStatusReason ?? ''}`).join('\n'));
  await peers.cloudformation.UpdateStack(input, me).catch((e) => console.log('again:', e.code, e.message));
  const fn = res.find((r) => r.LogicalResourceId === 'ReceiveArtifactLambdaFunction')!.PhysicalResourceId!;
  for (let i = 0; i < 3; i++) { const a = performance.now(); const out = await peers.lambda.Invoke({ FunctionName: fn, LogType: 'Tail', Payload: Buffer.from('{}') }, me); console.log('invoke', Math.round(performance.now() - a), out.FunctionError, Buffer.from(out.Payload!).toString().slice(0, 300)); if (i === 0) console.log(Buffer.from(out.LogResult!, 'base64').toString()); }
  // delete
  const objs = (await peers.s3.ListObjectsV2({ Bucket: bucket }, me)).Contents ?? [];
  for (const o of objs) await peers.s3.DeleteObject({ Bucket: bucket, Key: o.Key! }, me);
  const t2 = performance.now();
  const id = s.StackId!;
  await peers.cloudformation.DeleteStack({ StackName: 'kiln' }, me);
  for (;;) { const x = (await peers.cloudformation.DescribeStacks({ StackName: id }, me)).Stacks![0]!; if (x.StackStatus !== 'DELETE_IN_PROGRESS') { console.log('delete', x.StackStatus, x.StackStatusReason, Math.round(performance.now() - t2)); break; } await new Promise((r) => setTimeout(r, 20)); }
  const ev = (await peers.cloudformation.DescribeStackEvents({ StackName: id }, me)).StackEvents!; console.log(ev.filter((e) => e.ResourceStatus!.includes('FAILED')).map((e) => [e.LogicalResourceId, e.ResourceStatus, e.ResourceStatusReason]));
} catch (e) { console.log(e); } finally { await cloud.stop(); console.log('stopped'); }
