import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as States from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startLocalCloud } from '#localcloud/cloud';
import type { CloudContext } from '#localcloud/cloud-context';
import type { Lifecycle, Service } from '#localcloud/service';
import { defineService } from '#localcloud/service';

let stateDir: string;
let steps: string[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-'));
  steps = [];
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const service =
  (name: 'states' | 'logs', lifecycle: Lifecycle = {}) =>
  (context: CloudContext): Service => {
    steps.push(`create ${name}`);
    return defineService(States, { name, signingName: name, protocol: 'json-1.0' })(
      {},
      {
        lifecycle: {
          start: async () => {
            steps.push(`start ${name} ${context.endpointUrl().startsWith('http://127.0.0.1:')}`);
            await lifecycle.start?.();
          },
          stop: async () => {
            steps.push(`stop ${name}`);
            await lifecycle.stop?.();
          },
        },
      },
    );
  };

const failing = async (): Promise<void> => {
  throw new Error('does not want to');
};

describe('startLocalCloud', () => {
  test('creates all services, starts them in order once the gateway listens, and stops them in reverse', async () => {
    const cloud = await startLocalCloud({
      stateDir,
      port: 0,
      services: [service('states'), service('logs')],
    });
    await Promise.all([cloud.stop(), cloud.stop()]);
    expect(steps).toEqual([
      'create states',
      'create logs',
      'start states true',
      'start logs true',
      'stop logs',
      'stop states',
    ]);
  });

  test('undoes everything when a service does not start', async () => {
    const services = [service('states'), service('logs', { start: failing })];
    await expect(startLocalCloud({ stateDir, port: 0, services })).rejects.toThrow('does not want to');
    expect(steps.slice(-2)).toEqual(['stop logs', 'stop states']);
    await (await startLocalCloud({ stateDir, port: 0, services: [] })).stop();
  });

  test('gives the state back even when a service does not stop', async () => {
    const logged: string[] = [];
    const services = [service('states', { stop: failing })];
    const log = (_level: string, message: string): void => void logged.push(message);
    await (await startLocalCloud({ stateDir, port: 0, services, log })).stop();
    expect(logged).toEqual(['failed to stop a part of the local cloud']);
    await (await startLocalCloud({ stateDir, port: 0, services: [] })).stop();
  });

  test('says what is missing when a link of the backplane has no owner', async () => {
    const cloud = await startLocalCloud({ stateDir, port: 0, services: [] });
    const { backplane } = cloud.context;
    expect(() => backplane.resolve('i-1', 80)).toThrow(`without a service that provides 'resolve'`);
    expect(() => backplane.credentials.issueForRole('arn', 's')).toThrow(`provides 'credentials'`);
    expect(() =>
      backplane.publish({ 'detail-type': 't', source: 's', resources: [], detail: {} }),
    ).not.toThrow();
    await cloud.stop();
  });
});
