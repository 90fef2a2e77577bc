import type { RolloutProgress } from '#pipeline/rollout/rollout-progress';

/** Requests to the app that a step lacks: green answers only its share of them. */
export const missingRequests = ({
  weight,
  missingRequests: missing = 0,
}: Pick<RolloutProgress, 'weight' | 'missingRequests'>): number =>
  Math.ceil(missing / Math.max(0.01, weight / 100));

/**
 * What somebody can do about a step that lacks requests, in a line; undefined where it is not for want of requests. `url`
 * is the environment's.
 */
export const requestsAdvice = (
  { app, environment, url }: { readonly app: string; readonly environment: string; readonly url: string },
  progress: RolloutProgress,
): string | undefined => {
  const count = missingRequests(progress);
  if (count === 0) return undefined;
  const { version, weight } = progress;
  const share = weight === 100 ? '' : `, of which ${weight} % go to ${version}`;
  const send = url.startsWith('http://127.0.0.1')
    ? `: for i in $(seq ${count}); do curl -so /dev/null ${url}; done`
    : '';
  return `${version} is judged on real requests: it needs about ${count} more to ${url}${share}${send}; or take it back: kiln rollback ${app} --env ${environment}`;
};
