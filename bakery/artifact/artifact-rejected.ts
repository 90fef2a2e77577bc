/** Why an artifact was refused; stable, so that other programs may act on it. */
export type RejectReason =
  | 'ambiguous_archive'
  | 'bad_manifest'
  | 'bad_name'
  | 'bad_start_command'
  | 'corrupt'
  | 'duplicate_path'
  | 'no_entry_point'
  | 'not_an_archive'
  | 'overlap'
  | 'too_large'
  | 'too_many_entries'
  | 'truncated'
  | 'unsafe_entry'
  | 'unsafe_path'
  | 'unsupported'
  | 'wrong_arch';

/** The artifact itself is at fault: trying again with the same bytes cannot help. */
export class ArtifactRejectedError extends Error {
  /** Literal, because Step Functions and bundled code match on the name. */
  override readonly name = 'ArtifactRejected';
  readonly reason: RejectReason;

  constructor(reason: RejectReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
