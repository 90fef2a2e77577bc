import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import { UserError } from '../user-error.ts';

/** What is known of an app when somebody wants it promoted. */
export interface PromotionFacts {
  readonly app: string;
  readonly environments: readonly Pick<DeployedEnvironment, 'name'>[];
  /** Of this app, by environment. */
  readonly records: ReadonlyMap<string, EnvironmentRecord>;
  /** Of this app, the newest first. */
  readonly releases: readonly ReleaseRecord[];
}

/** What was asked for; absent: found out. */
export interface WantedPromotion {
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
}

/** A release on its way into an environment. */
export interface Promotion {
  readonly environment: string;
  readonly releaseId: string;
  readonly version: string;
}

type ReleaseName = Pick<Promotion, 'releaseId' | 'version'>;

const servingIn = ({ records }: PromotionFacts, environment: string | undefined): ReleaseName | undefined =>
  environment === undefined ? undefined : records.get(environment)?.current;

const releaseOfVersion = ({ app, releases }: PromotionFacts, version: string): ReleaseName => {
  const ofVersion = releases.filter((release) => [release.version, release.releaseId].includes(version));
  const tested = ofVersion.find((release) => release.evidence !== undefined);
  if (tested !== undefined) return tested;
  const [found] = ofVersion;
  throw new UserError(
    found === undefined
      ? `there is no release ${version} of '${app}'`
      : `release ${version} of '${app}' is ${found.status} and was never smoke-tested`,
    `kiln releases ${app}`,
  );
};

/** The environment after those, from the first one on, in which the release serves. */
const nextEnvironment = (facts: PromotionFacts, { releaseId, version }: ReleaseName): string => {
  const next = facts.environments.find(({ name }) => servingIn(facts, name)?.releaseId !== releaseId);
  if (next !== undefined) return next.name;
  throw new UserError(
    `${facts.app} ${version} serves in every environment already`,
    `kiln releases ${facts.app}`,
  );
};

const releaseBefore = (facts: PromotionFacts, environment: string): ReleaseName => {
  const index = facts.environments.findIndex(({ name }) => name === environment);
  if (index < 0) {
    const known = facts.environments.map(({ name }) => name).join(', ');
    throw new UserError(`there is no environment '${environment}', only: ${known}`, 'kiln env list');
  }
  const before = facts.environments[index - 1]?.name;
  const serving = servingIn(facts, before);
  if (serving !== undefined) return serving;
  throw new UserError(
    before === undefined
      ? `no environment comes before '${environment}'`
      : `nothing of '${facts.app}' serves in '${before}', the environment before '${environment}'`,
    `kiln promote ${facts.app} --env ${environment} --version <version>`,
  );
};

const choose = (facts: PromotionFacts, { environment, version }: WantedPromotion): Promotion => {
  if (environment !== undefined) {
    const known = facts.environments.some(({ name }) => name === environment);
    const release =
      version === undefined || !known ? releaseBefore(facts, environment) : releaseOfVersion(facts, version);
    return { environment, releaseId: release.releaseId, version: release.version };
  }
  const release =
    version === undefined ? servingIn(facts, facts.environments[0]?.name) : releaseOfVersion(facts, version);
  if (release === undefined) {
    throw new UserError(
      `nothing of '${facts.app}' serves in '${facts.environments[0]?.name}'`,
      'kiln drop <artifact>, or say --env and --version',
    );
  }
  return {
    environment: nextEnvironment(facts, release),
    releaseId: release.releaseId,
    version: release.version,
  };
};

/**
 * Which release goes where: without further words what serves in the first environment, into the first one in which it
 * does not serve yet; into a named environment what serves in the one before it.
 * @throws UserError where there is nothing to promote, or the same already awaits approval
 */
export const choosePromotion = (facts: PromotionFacts, wanted: WantedPromotion): Promotion => {
  const promotion = choose(facts, wanted);
  const { environment, releaseId, version } = promotion;
  const record = facts.records.get(environment);
  const what = `${facts.app} ${version}`;
  if (record?.pendingApproval?.releaseId === releaseId) {
    throw new UserError(
      `${what} awaits approval for '${environment}' already`,
      `kiln approve ${facts.app} --env ${environment}`,
    );
  }
  if (record?.lease?.releaseId === releaseId) {
    throw new UserError(
      record.lease.abort === undefined
        ? `${what} is being rolled out in '${environment}' already`
        : `the rollout of ${what} in '${environment}' is being undone; promote it again after that`,
      `kiln rollout status ${facts.app} --env ${environment} --watch`,
    );
  }
  return promotion;
};
