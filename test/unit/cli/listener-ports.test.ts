import { describe, expect, test } from '@jest/globals';
import { listenerPorts } from '#cli/listener-ports';
import { portOf } from '#cli/number-option';

const ENVIRONMENTS = [
  { name: 'dev', port: 8080 },
  { name: 'prod', port: 8081 },
];

describe('listenerPorts', () => {
  test('are as the environments file says', () => {
    expect(listenerPorts(ENVIRONMENTS, {})).toEqual({ dev: 8080, prod: 8081 });
  });

  test('another port for the first moves all, so that two Kilns fit on one host', () => {
    expect(listenerPorts(ENVIRONMENTS, { listenerPort: 8081 })).toEqual({ dev: 8081, prod: 8082 });
  });

  test('a port for one environment wins', () => {
    const options = { listenerPort: 9000, portOf: { prod: 80 } };
    expect(listenerPorts(ENVIRONMENTS, options)).toEqual({ dev: 9000, prod: 80 });
  });

  test('an environment that is not there, one port for two and a port that cannot be are refused', () => {
    expect(() => listenerPorts(ENVIRONMENTS, { portOf: { qa: 1 } })).toThrow("no environment 'qa'");
    expect(() => listenerPorts(ENVIRONMENTS, { portOf: { prod: 8080 } })).toThrow('cannot be both');
    expect(() => listenerPorts(ENVIRONMENTS, { listenerPort: 65_535 })).toThrow(
      "'prod' would have port 65536",
    );
  });
});

describe('portOf', () => {
  test('adds up', () => {
    expect(portOf('prod=9081', portOf('dev=9080'))).toEqual({ dev: 9080, prod: 9081 });
  });

  test.each(['prod', '=1', 'prod=', 'prod=0', 'prod=65536', 'prod=1=2', 'prod=x'])(
    '%s is wrong usage',
    (text) => {
      expect(() => portOf(text)).toThrow('Needed');
    },
  );
});
