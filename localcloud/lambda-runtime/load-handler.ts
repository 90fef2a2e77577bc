import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './error-report.ts';

/** A function's handler: Node.js 24 knows no callback handlers. */
export type Handler = (event: unknown, context: object) => unknown;

// The order in which Lambda's Node.js runtime looks for the module.
const extensions = ['.js', '.mjs', '.cjs'];

const findModule = (taskRoot: string, modulePath: string): string => {
  const base = join(taskRoot, normalize(modulePath));
  const file = extensions.map((extension) => base + extension).find((path) => existsSync(path));
  if (file === undefined || !base.startsWith(join(taskRoot, '/'))) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${modulePath}'`);
  }
  return file;
};

const importModule = async (file: string): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Imports the module of `path/to/module.export` and finds the export in it. */
export const loadHandler = async (taskRoot: string, handler: string): Promise<Handler> => {
  const match = /^(.*\/)?([^/.]+)\.(.+)$/.exec(handler);
  const [, folder = '', file, path] = match ?? [];
  if (file === undefined || path === undefined || handler.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const module = await importModule(findModule(taskRoot, folder + file));
  const names = path.split('.');
  // A CommonJS module's exports may be reachable through `default` only.
  const found = [module, module['default']]
    .map((root) => names.reduce(memberOf, root))
    .find((value) => value !== undefined);
  if (found === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  }
  if (found.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return found as Handler;
};
