import { describe, expect, test } from '@jest/globals';
import { missingRequests, requestsAdvice } from '#cli/rollouts/missing-requests';
import { someProgress } from '#test/helpers/cli-fixtures';

const prod = { app: 'hello', environment: 'prod', url: 'https://hello.example' };

describe('missingRequests', () => {
  test.each([
    [10, 95, 950],
    [50, 95, 190],
    [100, 38, 38],
    [33, 95, 288],
  ])('is what the app must get so that a share of %d %% comes to %d', (weight, missing, all) => {
    expect(missingRequests(someProgress({ weight, missingRequests: missing }))).toBe(all);
  });
});

describe('requestsAdvice', () => {
  test('names the way back, and the loop to type only for this machine', () => {
    const progress = someProgress({ missingRequests: 95 });
    expect(requestsAdvice(prod, progress)).toBe(
      '2.0.0 is judged on real requests: it needs about 950 more to https://hello.example, of which 10 % go to 2.0.0; or take it back: kiln rollback hello --env prod',
    );
    const here = { ...prod, url: 'http://127.0.0.1:8081' };
    expect(requestsAdvice(here, progress)).toContain(': for i in $(seq 950); do curl');
  });

  test('is none where it is not for want of requests', () => {
    expect(requestsAdvice(prod, someProgress())).toBeUndefined();
  });
});
