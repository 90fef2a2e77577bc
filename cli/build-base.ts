import { ensureBase } from '#bakery/base/ensure-base';
import type { LocalBase } from '#bakery/base/ensure-base';
import { kilnHome } from './home.ts';
import type { Output } from './output.ts';

/** The base of this host, built with progress when it is not there yet. */
export const buildBase = async (output: Output, signal?: AbortSignal): Promise<LocalBase> => {
  const step = output.step('base machine');
  try {
    const base = await ensureBase({
      home: kilnHome(),
      onProgress: (name) => step.detail(`building: ${name.replaceAll('-', ' ')}`),
      signal,
    });
    step.done(`${base.manifest.name} ${base.manifest.digest.slice(7, 19)}`);
    return base;
  } catch (error) {
    step.failed();
    throw error;
  }
};
