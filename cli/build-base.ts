import { ensureBase } from '#bakery/base/ensure-base';
import type { LocalBase } from '#bakery/base/ensure-base';
import { kilnHome } from './home.ts';
import { withStep } from './output.ts';
import type { Output } from './output.ts';

/** The base of this host, built with progress when it is not there yet. */
export const buildBase = (output: Output, signal?: AbortSignal): Promise<LocalBase> =>
  withStep(output, 'base machine', async (step) => {
    const base = await ensureBase({
      home: kilnHome(),
      onProgress: (name) => step.detail(`building: ${name.replaceAll('-', ' ')}`),
      signal,
    });
    return [base, `${base.manifest.name} ${base.manifest.digest.slice(7, 19)}`];
  });
