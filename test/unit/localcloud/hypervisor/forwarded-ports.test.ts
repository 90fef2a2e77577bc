import { expect, test } from '@jest/globals';
import { parseForwardedPorts } from '#localcloud/hypervisor/forwarded-ports';

test('finds this host’s port of each forward and ignores connections', () => {
  const text = [
    'Hub -1 (n0):',
    '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  TCP[ESTABLISHED]   20       127.0.0.1 50000   169.254.10.10  8080     0     0',
    '  TCP[HOST_FORWARD]  19       127.0.0.1 40443   169.254.10.10  8080     0     0',
    '  TCP[HOST_FORWARD]  21       127.0.0.1 40444   169.254.10.10  9090     0     0',
    '',
  ].join('\r\n');
  expect([...parseForwardedPorts(text)]).toEqual([
    [8080, 40443],
    [9090, 40444],
  ]);
});
