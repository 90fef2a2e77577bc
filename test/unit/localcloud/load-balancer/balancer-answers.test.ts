import { expect, test } from '@jest/globals';
import { errorPage, redirectLocation } from '#localcloud/load-balancer/balancer-answers';

const request = {
  method: 'GET',
  host: 'app.test',
  path: '/a/b',
  query: 'q=1',
  sourceIp: '',
  headers: () => [],
};

test('a redirect keeps the parts that its template names', () => {
  expect(redirectLocation({ StatusCode: 'HTTP_301' }, request, 8080)).toBe('http://app.test:8080/a/b?q=1');
  expect(
    redirectLocation(
      { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '443', Path: '/new/#{path}', Query: '' },
      request,
      8080,
    ),
  ).toBe('https://app.test:443/new/a/b');
});

test('the error page is the one of an Application Load Balancer', () => {
  expect(errorPage(503)).toContain('<center><h1>503 Service Temporarily Unavailable</h1></center>');
});
