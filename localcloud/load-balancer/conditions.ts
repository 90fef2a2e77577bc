import { BlockList, isIPv6 } from 'node:net';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RoutedRequest } from './routed-request.ts';
import { wildcard } from './wildcard.ts';

/** Does a rule apply to the request? */
export type Matches = (request: RoutedRequest) => boolean;

const anyOf =
  (patterns: readonly RegExp[]) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text));

const compileAll = (values: readonly string[], caseSensitive: boolean): RegExp[] =>
  values.map((value) => wildcard(value, caseSensitive));

const matchQuery = (condition: RuleCondition): Matches => {
  const wanted = (condition.QueryStringConfig?.Values ?? []).map((pair) => ({
    key: pair.Key === undefined ? undefined : wildcard(pair.Key, false),
    value: wildcard(pair.Value ?? '', false),
  }));
  return (request) => {
    const pairs = [...new URLSearchParams(request.query)];
    return wanted.some(({ key, value }) =>
      pairs.some(([name, text]) => (key === undefined || key.test(name)) && value.test(text)),
    );
  };
};

const matchSourceIp = (ranges: readonly string[]): Matches => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return ({ sourceIp }) => {
    const address = sourceIp.replace(/^::ffff:/, '');
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
};

const compileCondition = (condition: RuleCondition): Matches => {
  switch (condition.Field) {
    case 'host-header': {
      const matches = anyOf(compileAll(condition.HostHeaderConfig?.Values ?? condition.Values ?? [], false));
      return (request) => matches(request.host);
    }
    case 'path-pattern': {
      const matches = anyOf(compileAll(condition.PathPatternConfig?.Values ?? condition.Values ?? [], true));
      return (request) => matches(request.path);
    }
    case 'http-header': {
      const name = (condition.HttpHeaderConfig?.HttpHeaderName ?? '').toLowerCase();
      const matches = anyOf(compileAll(condition.HttpHeaderConfig?.Values ?? [], false));
      return (request) => request.headers(name).some(matches);
    }
    case 'http-request-method': {
      const methods = new Set(condition.HttpRequestMethodConfig?.Values);
      return (request) => methods.has(request.method);
    }
    case 'query-string':
      return matchQuery(condition);
    case 'source-ip':
      return matchSourceIp(condition.SourceIpConfig?.Values ?? []);
    default:
      return () => false;
  }
};

/** Compiles the conditions of one rule; all of them must hold. */
export const compileConditions = (conditions: readonly RuleCondition[]): Matches => {
  const compiled = conditions.map(compileCondition);
  return (request) => compiled.every((matches) => matches(request));
};
