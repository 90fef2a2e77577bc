import { expect, test } from '@jest/globals';
import { originForm } from '#localcloud/load-balancer/routed-request';

test.each([
  ['/a?b', '/a?b'],
  ['http://host:80/a?b', '/a?b'],
  ['HTTP://host', '/'],
  ['http://host?b', '/?b'],
  ['*', '*'],
])('the origin form of %s is %s', (target, expected) => {
  expect(originForm(target)).toBe(expected);
});
