import { readFileSync, rmSync } from 'node:fs';
import { startLocalCloud } from '#localcloud/cloud';
import { defaultServices } from '#localcloud/services';
rmSync('/tmp/cold-state', { recursive: true, force: true });
const cloud = await startLocalCloud({ stateDir: '/tmp/cold-state', port: 0, services: defaultServices });
const { peers } = cloud.context; const me = cloud.context.asService('test');
await peers.lambda.CreateFunction({ FunctionName: 'f', Runtime: 'nodejs24.x', Role: 'arn:aws:iam::000000000000:role/r', Handler: 'functions/bake-image.handler', Timeout: 30, MemorySize: 1024, Code: { ZipFile: readFileSync('/tmp/cfnpkg/bakeImage.zip') } , Environment: {Variables: {KILN_STACK:'a',KILN_BUCKET:'b',KILN_EVENT_BUS:'c'}}}, me);
for (let i = 0; i < 5; i++) { await peers.lambda.UpdateFunctionConfiguration({ FunctionName: 'f', Description: `${i}` }, me); const t = performance.now(); const o = await peers.lambda.Invoke({ FunctionName: 'f', Payload: Buffer.from('{"x":1}') }, me); console.log('cold', Math.round(performance.now() - t), Buffer.from(o.Payload!).toString().slice(0,100)); const t2 = performance.now(); await peers.lambda.Invoke({ FunctionName: 'f', Payload: Buffer.from('{"x":1}') }, me); console.log('warm', Math.round(performance.now() - t2)); }
await cloud.stop();
