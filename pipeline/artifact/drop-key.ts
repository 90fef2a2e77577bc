/** App and version as the artifact's key names them. */
export interface Drop {
  readonly app: string;
  readonly version: string;
}

const GRAMMAR =
  /^apps\/(?<app>[a-z][a-z0-9-]{0,39})\/(?<version>[A-Za-z0-9][A-Za-z0-9._+-]{0,99}?)\.(?:zip|tgz|tar\.gz)$/;

/** The grammar in words, for messages. */
export const DROP_KEY_FORM =
  'apps/<app>/<version>.zip or .tgz, with an app name of lower-case letters, digits and hyphens';

/**
 * Reads app and version out of an object key, for example `apps/hello/1.0.0.zip`; a version may repeat the app's name
 * (`apps/hello/hello-1.0.0.zip`). Undefined for any other key.
 */
export const parseDropKey = (key: string): Drop | undefined => {
  const groups = GRAMMAR.exec(key)?.groups;
  const app = groups?.['app'];
  const version = groups?.['version'];
  if (app === undefined || version === undefined) return undefined;
  const bare = version.startsWith(`${app}-`) ? version.slice(app.length + 1) : version;
  return bare === '' ? undefined : { app, version: bare };
};
