import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Call } from '../../../service.ts';
import { StatesFailure } from '../../../states-language/failure.ts';
import type { Json } from '../../../states-language/json.ts';
import { isObject } from '../../../states-language/json.ts';
import type { TaskCall } from '../../../states-language/ports.ts';
import { sdkServices } from '../../../sdk-services.ts';
import { sdkFailure } from './service-failure.ts';
import type { CallingExecution, TaskContext } from './task-context.ts';
import { roleCall } from './task-context.ts';

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const renameMembers = (value: unknown, rename: (name: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renameMembers(item, rename));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [rename(name), renameMembers(item, rename)]),
  );
};

// Members that are bytes on the wire; in a state machine they are text.
const bytesOf = (service: string, input: object): object => {
  const text = (value: unknown): Buffer =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  if (service === 's3' && 'Body' in input) return { ...input, Body: Readable.from([text(input.Body)]) };
  if (service === 'lambda' && 'Payload' in input) return { ...input, Payload: text(input.Payload) };
  return input;
};

const toJson = async (value: unknown): Promise<Json> => {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Readable) return (await buffer(value)).toString();
  if (Array.isArray(value)) return Promise.all(value.map(toJson));
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  const members = Object.entries(value).filter(([name, item]) => item !== undefined && name !== '$metadata');
  return Object.fromEntries(
    await Promise.all(members.map(async ([name, item]) => [name, await toJson(item)] as const)),
  );
};

/** `aws-sdk:<service>:<action>`: any operation of any service of the local cloud. */
export const callSdk = async (
  { context }: TaskContext,
  execution: CallingExecution,
  call: TaskCall,
): Promise<Json> => {
  const { service: id, action } = call.resource;
  const service = sdkServices[id];
  if (service === undefined)
    throw new StatesFailure('States.Runtime', `the local cloud has no service '${id}'`);
  const given: object = isObject(call.arguments) ? call.arguments : {};
  const input = bytesOf(id, service.lowerCamel ? (renameMembers(given, lower) as object) : given);
  const details = roleCall(context, execution, call);
  const operations = context.peers[service.peer] as unknown as Record<
    string,
    (input: object, call: Call) => Promise<object>
  >;
  try {
    const output = await operations[upper(action)]?.(input, details);
    return await toJson(service.lowerCamel ? renameMembers(output, upper) : output);
  } catch (error) {
    throw sdkFailure(service.name, await service.load(), error, details.requestId);
  }
};
