/**
 * The errors that end or delay a release. Step Functions matches on `name`, so each is a literal that no bundler renames.
 */
export class PipelineError extends Error {
  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
  }
}

/** The release exists already: the same drop was delivered a second time. */
export class ReleaseAlreadyExistsError extends PipelineError {
  constructor(releaseId: string) {
    super('ReleaseAlreadyExists', `release '${releaseId}' exists already: the same drop was delivered twice`);
  }
}

/** The artifact is no longer there. */
export class ArtifactGoneError extends PipelineError {
  constructor(key: string, versionId: string) {
    super('ArtifactGone', `artifact '${key}' is gone: version '${versionId}' was deleted before it was read`);
  }
}

/** A document changed between reading and writing it, again and again. */
export class DocumentConflictError extends PipelineError {
  constructor(key: string, attempts: number) {
    super(
      'DocumentConflict',
      `document '${key}' was changed by others in each of ${attempts} attempts to write it`,
    );
  }
}

/** No base was published to this bucket, so nothing can be baked on top of it. */
export class BaseMissingError extends PipelineError {
  constructor(key: string) {
    super('BaseMissing', `no base machine at '${key}': publish one with 'kiln up' before the first drop`);
  }
}

/** A snapshot or image ended in a state it cannot be used in. */
export class ImageFailedError extends PipelineError {
  constructor(resourceId: string, state: string, reason: string) {
    super('ImageFailed', `'${resourceId}' is '${state}', expected it to become usable: ${reason}`);
  }
}

/** The image was tried and is not fit to serve. The message says what the machine did. */
export class SmokeTestFailedError extends PipelineError {
  constructor(imageId: string, finding: string) {
    super('SmokeTestFailed', `image '${imageId}' failed its smoke test: ${finding}`);
  }
}

/** The machine for the smoke test never ran, which says nothing about the image. */
export class MachineUnavailableError extends PipelineError {
  constructor(instanceId: string, reason: string) {
    super('MachineUnavailable', `machine '${instanceId}' did not start: ${reason}`);
  }
}

/** The image is not the one that was baked and smoke-tested. */
export class DigestMismatchError extends PipelineError {
  constructor(imageId: string, got: string, needed: string) {
    super('DigestMismatch', `image '${imageId}' has digest '${got}', expected '${needed}'`);
  }
}

/** Somebody else changes this app in this environment, a rollout or recycling for example; try again. */
export class RolloutInProgressError extends PipelineError {
  constructor(app: string, environment: string, activity: string) {
    super('RolloutInProgress', `'${app}' in '${environment}' is busy with ${activity}`);
  }
}

/** A newer drop serves already. */
export class ReleaseSupersededError extends PipelineError {
  constructor(releaseId: string, newer: string) {
    super('ReleaseSuperseded', `release '${releaseId}' is superseded by '${newer}'`);
  }
}

/** What is to be rolled back serves already; the way is forward. */
export class ReleaseLiveError extends PipelineError {
  constructor(releaseId: string, environment: string) {
    super('ReleaseLive', `release '${releaseId}' serves in '${environment}' already and is not rolled back`);
  }
}

/** Not every green target is healthy; try again. */
export class TargetsNotHealthyYetError extends PipelineError {
  constructor(healthy: number, needed: number, states: string) {
    super('TargetsNotHealthyYet', `${healthy} of ${needed} targets are healthy (${states})`);
  }
}

/** The green machines end again and again. */
export class MachinesKeepFailingError extends PipelineError {
  constructor(groupName: string, reason: string) {
    super('MachinesKeepFailing', `machines of group '${groupName}' keep failing: ${reason}`);
  }
}

/** The listener does not show the weights that were set. */
export class WeightsNotEffectiveError extends PipelineError {
  constructor(ruleArn: string, got: string, needed: string) {
    super('WeightsNotEffective', `rule '${ruleArn}' reads back as ${got}, expected ${needed}`);
  }
}

/** Machines that leave the balancer still finish their requests; try again. */
export class TargetsStillDrainingError extends PipelineError {
  constructor(count: number) {
    super('TargetsStillDraining', `${count} targets still drain`);
  }
}

/** The Auto Scaling group still ends its machines; try again. */
export class GroupStillThereError extends PipelineError {
  constructor(groupName: string) {
    super('GroupStillThere', `group '${groupName}' still ends its machines`);
  }
}

/** The release is not there, or was never tested, so it cannot be rolled out. */
export class ReleaseNotReadyError extends PipelineError {
  constructor(releaseId: string, finding: string) {
    super('ReleaseNotReady', `release '${releaseId}' cannot be rolled out: ${finding}`);
  }
}

/** The very same release with the same configuration serves already. */
export class ReleaseAlreadyServesError extends PipelineError {
  constructor(releaseId: string, environment: string) {
    super('ReleaseAlreadyServes', `release '${releaseId}' serves in '${environment}' already`);
  }
}

/** Somebody asked for the rollout to be undone. */
export class RolloutAbortedError extends PipelineError {
  constructor(releaseId: string, by: string) {
    super('RolloutAborted', `the rollout of '${releaseId}' was undone by ${by}`);
  }
}

/** The execution no longer holds the right to change the environment. */
export class LeaseLostError extends PipelineError {
  constructor(app: string, environment: string, holder: string) {
    super(
      'LeaseLost',
      `'${app}' in '${environment}' is no longer this rollout's to change: ${holder} holds it`,
    );
  }
}

/** A CloudWatch alarm is on, or not there. */
export class AlarmActiveError extends PipelineError {
  constructor(environment: string, finding: string) {
    super('AlarmActive', `alarms of '${environment}' forbid the rollout: ${finding}`);
  }
}

/** The step is not decided yet; try again. */
export class StepUndecidedError extends PipelineError {
  constructor(note: string) {
    super('StepUndecided', note);
  }
}

/** Green does worse than blue. */
export class StepJudgedBadError extends PipelineError {
  constructor(releaseId: string, weight: number, finding: string) {
    super('StepJudgedBad', `release '${releaseId}' failed at ${weight} % of the traffic: ${finding}`);
  }
}

/** The step stayed undecided until its deadline. */
export class StepInconclusiveError extends PipelineError {
  constructor(releaseId: string, weight: number, seconds: number, note: string) {
    super(
      'StepInconclusive',
      `release '${releaseId}' could not be judged at ${weight} % of the traffic within ${seconds} s: ${note}`,
    );
  }
}

/** The app's rule was changed by someone else; try again. */
export class TrafficDriftError extends PipelineError {
  constructor(ruleArn: string, got: string, needed: string) {
    super(
      'TrafficDrift',
      `rule '${ruleArn}' was changed by someone else: it has ${got}, expected ${needed}; put it back or roll back`,
    );
  }
}

/** The app's rule carries target groups that are not Kiln's. */
export class RuleOccupiedError extends PipelineError {
  constructor(ruleArn: string, foreign: string) {
    super('RuleOccupied', `rule '${ruleArn}' carries target groups that Kiln did not make: ${foreign}`);
  }
}

/** Machines of another image stand in the group. */
export class WrongImageError extends PipelineError {
  constructor(groupName: string, got: string, needed: string) {
    super('WrongImage', `group '${groupName}' runs image '${got}', expected '${needed}'`);
  }
}

/** There is nothing that served before and could serve again. */
export class NothingToRollBackToError extends PipelineError {
  constructor(app: string, environment: string, finding: string) {
    super('NothingToRollBackTo', `'${app}' in '${environment}' has nothing to go back to: ${finding}`);
  }
}

/** What was approved is no longer what would be rolled out; to be planned anew. */
export class PlanChangedError extends PipelineError {
  constructor(releaseId: string, environment: string) {
    super(
      'PlanChanged',
      `what '${releaseId}' would replace in '${environment}' changed after its approval was asked for`,
    );
  }
}

/** A person said no. */
export class ApprovalRejectedError extends PipelineError {
  constructor(releaseId: string, environment: string, by: string, comment: string | undefined) {
    const why = comment === undefined ? '' : `: ${comment}`;
    super(
      'ApprovalRejected',
      `release '${releaseId}' was not let into '${environment}': ${by} rejected it${why}`,
    );
  }
}

/** Nobody decided in time. */
export class ApprovalExpiredError extends PipelineError {
  constructor(releaseId: string, environment: string, expiresAt: string) {
    super('ApprovalExpired', `release '${releaseId}' was not let into '${environment}' before ${expiresAt}`);
  }
}

/** The environment is switched off; try again when it is on. */
export class EnvironmentOffError extends PipelineError {
  constructor(environment: string, by: string, since: string) {
    super('EnvironmentOff', `environment '${environment}' was switched off by ${by} at ${since}`);
  }
}

/** The environment is switched off and takes no releases meanwhile. */
export class EnvironmentOffRefusedError extends PipelineError {
  constructor(environment: string, by: string, since: string) {
    super(
      'EnvironmentOffRefused',
      `environment '${environment}' was switched off by ${by} at ${since} and refuses releases while it is off`,
    );
  }
}

/** AWS was busy, broken or out of reach for longer than the SDK's client tried: nobody's failure, try again later. */
export class CloudUnavailableError extends PipelineError {
  constructor(what: string, cause: Error) {
    super('CloudUnavailable', `AWS could not be asked (${what}): ${cause.message}`, cause);
  }
}
