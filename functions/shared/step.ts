import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { asCloudUnavailable } from '#pipeline/as-cloud-unavailable';
import { logger } from './log.ts';

/**
 * The one middy stack of all functions: the log knows the request, and an error is logged once before it goes to Step
 * Functions, whose interface it is. Nothing is swallowed; what is AWS's passing trouble has one name, whatever the call.
 */
export const step = <Input, Output>(
  work: (input: Input) => Promise<Output>,
): ((event: Input, context: Context) => Promise<Output>) =>
  middy<Input, Output>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .onError(({ error }) => {
      // `message` is the line's own key; the logger would drop it.
      logger.warn('step failed', { reason: error?.name, failure: error?.message });
    })
    .handler((input: Input) =>
      work(input).catch((error: unknown) => {
        throw asCloudUnavailable(error);
      }),
    );
