import * as Lambda from '@aws-sdk/client-lambda';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts';
import { createAsyncEvents } from './async-events.ts';
import { openCodeStore } from './code-store.ts';
import { createEnvironmentPool } from './environment-pool.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  putFunctionEventInvokeConfig,
} from './event-invoke.ts';
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  listTags,
  putFunctionConcurrency,
  tagResource,
  untagResource,
} from './function-attributes.ts';
import { openFunctionStore } from './function-store.ts';
import {
  createFunctionUrlConfig,
  deleteFunctionUrlConfig,
  functionUrlPrefix,
  getFunctionUrlConfig,
  listFunctionUrlConfigs,
  updateFunctionUrlConfig,
} from './function-urls.ts';
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  removeUnusedCode,
} from './functions.ts';
import { invoke } from './invoke.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import { addPermission, getPolicy, removePermission } from './permissions.ts';
import { updateFunctionCode, updateFunctionConfiguration } from './update-function.ts';
import { handleUrlRequest } from './url-requests.ts';
import { listVersionsByFunction, publishVersion } from './versions.ts';

interface NamesFunction {
  readonly FunctionName?: string | undefined;
  readonly Qualifier?: string | undefined;
}

/** Lambda: functions in processes of their own, which end with this one. */
export const createLambda = (context: CloudContext): Service => {
  const folder = join(context.stateDir, 'lambda');
  const code = openCodeStore(join(folder, 'code'));
  const pool = createEnvironmentPool({ context, code, folder });
  const base = { context, code, pool, store: openFunctionStore(context) };
  const deps = { ...base, asyncEvents: createAsyncEvents(base) };

  const ofFunction = (input: NamesFunction): string[] => [
    functionArn(context, parseFunctionReference(input.FunctionName, input.Qualifier)),
  ];
  const ofResource = (input: { readonly Resource: string | undefined }): string[] => [input.Resource ?? '*'];

  return defineService(Lambda, {
    name: 'lambda',
    signingName: 'lambda',
    protocol: 'rest-json',
    version: '2015-03-31',
  })(
    {
      CreateFunction: (input, call) => createFunction(deps, input, call),
      UpdateFunctionCode: (input, call) => updateFunctionCode(deps, input, call),
      UpdateFunctionConfiguration: (input) => updateFunctionConfiguration(deps, input),
      GetFunction: (input) => getFunction(deps, input),
      GetFunctionConfiguration: (input) => getFunctionConfiguration(deps, input),
      ListFunctions: (input) => listFunctions(deps, input),
      DeleteFunction: (input) => deleteFunction(deps, input),
      Invoke: (input, call) => invoke(deps, input, call),
      AddPermission: (input) => addPermission(deps, input),
      RemovePermission: (input) => removePermission(deps, input),
      GetPolicy: (input) => getPolicy(deps, input),
      CreateFunctionUrlConfig: (input) => createFunctionUrlConfig(deps, input),
      GetFunctionUrlConfig: (input) => getFunctionUrlConfig(deps, input),
      UpdateFunctionUrlConfig: (input) => updateFunctionUrlConfig(deps, input),
      DeleteFunctionUrlConfig: (input) => deleteFunctionUrlConfig(deps, input),
      ListFunctionUrlConfigs: (input) => listFunctionUrlConfigs(deps, input),
      PublishVersion: (input) => publishVersion(deps, input),
      ListVersionsByFunction: (input) => listVersionsByFunction(deps, input),
      CreateAlias: (input) => createAlias(deps, input),
      UpdateAlias: (input) => updateAlias(deps, input),
      GetAlias: (input) => getAlias(deps, input),
      ListAliases: (input) => listAliases(deps, input),
      DeleteAlias: (input) => deleteAlias(deps, input),
      PutFunctionConcurrency: (input) => putFunctionConcurrency(deps, input),
      GetFunctionConcurrency: (input) => getFunctionConcurrency(deps, input),
      DeleteFunctionConcurrency: (input) => deleteFunctionConcurrency(deps, input),
      PutFunctionEventInvokeConfig: (input) => putFunctionEventInvokeConfig(deps, input),
      GetFunctionEventInvokeConfig: (input) => getFunctionEventInvokeConfig(deps, input),
      DeleteFunctionEventInvokeConfig: (input) => deleteFunctionEventInvokeConfig(deps, input),
      TagResource: (input) => tagResource(deps, input),
      UntagResource: (input) => untagResource(deps, input),
      ListTags: (input) => listTags(deps, input),
    },
    {
      resources: {
        CreateFunction: ofFunction,
        UpdateFunctionCode: ofFunction,
        UpdateFunctionConfiguration: ofFunction,
        GetFunction: ofFunction,
        GetFunctionConfiguration: ofFunction,
        DeleteFunction: ofFunction,
        Invoke: ofFunction,
        AddPermission: ofFunction,
        RemovePermission: ofFunction,
        GetPolicy: ofFunction,
        CreateFunctionUrlConfig: ofFunction,
        GetFunctionUrlConfig: ofFunction,
        UpdateFunctionUrlConfig: ofFunction,
        DeleteFunctionUrlConfig: ofFunction,
        PublishVersion: ofFunction,
        ListVersionsByFunction: ofFunction,
        CreateAlias: ofFunction,
        UpdateAlias: ofFunction,
        GetAlias: ofFunction,
        ListAliases: ofFunction,
        DeleteAlias: ofFunction,
        PutFunctionConcurrency: ofFunction,
        GetFunctionConcurrency: ofFunction,
        DeleteFunctionConcurrency: ofFunction,
        PutFunctionEventInvokeConfig: ofFunction,
        GetFunctionEventInvokeConfig: ofFunction,
        DeleteFunctionEventInvokeConfig: ofFunction,
        TagResource: ofResource,
        UntagResource: ofResource,
        ListTags: ofResource,
      },
      httpRoutes: [
        {
          prefix: functionUrlPrefix,
          handle: (request, response) => handleUrlRequest(deps, request, response),
        },
      ],
      lifecycle: {
        start: async () => {
          // Temporary folders of runtimes that died with the process before this one.
          await rm(join(folder, 'tmp'), { recursive: true, force: true });
          await removeUnusedCode(deps);
          deps.asyncEvents.start();
        },
        stop: () => deps.asyncEvents.stop(),
      },
    },
  );
};
